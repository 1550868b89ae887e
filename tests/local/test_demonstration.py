"""What `make run` says of its demonstration data."""

from pathlib import Path

from infra.local.demonstration import documents_not_made


def test_documents_that_could_not_be_made_are_told_once_each_with_their_policy_number(
    tmp_path: Path,
) -> None:
    lines = (
        '{"level":"ERROR","message":"document not made","policy_no":"P1","reason":"P1: no glyph"}',
        '{"level":"INFO","message":"document made","policy_no":"P2"}',
        "no JSON",
    )
    (tmp_path / "render_document-1.log").write_text("\n".join(lines), "utf-8")
    (tmp_path / "render_document-2.log").write_text(lines[0] + "\n", "utf-8")
    assert documents_not_made(tmp_path) == ["P1: no glyph"]
