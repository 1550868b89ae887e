"""Plans: whole rows in every range, the same rows whatever the chunks."""

import csv
import io
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.imports import plan, tables

CELLS = st.text(st.characters(codec="gb18030", exclude_characters="\x00\r"), max_size=12)


def chunked(content: bytes, size: int) -> list[bytes]:
    """The content in pieces of a size."""
    return [content[start : start + size] for start in range(0, len(content), size)]


@given(
    st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=30),
    st.sampled_from(["utf-8", "gb18030"]),
    st.integers(1, 40),
    st.integers(1, 200),
)
def test_ranges_read_one_by_one_give_the_rows_of_the_whole_file(
    rows: list[list[str]], encoding: str, chunk: int, size: int
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    content = out.getvalue().encode(encoding)
    found = plan.make(chunked(content, chunk), quoted=True, range_bytes=size)
    whole = list(tables.csv_lines(content.decode(encoding), ",", 1))
    parts = [
        line
        for part in found.ranges
        for line in tables.csv_lines(
            content[part.start : part.end].decode(encoding), ",", part.first_line
        )
    ]
    assert parts == whole
    assert found.size == len(content)


@given(
    st.lists(st.sampled_from(['"', ",", "\n", "x", '""', "王"]), max_size=60).map("".join),
    st.integers(1, 7),
    st.integers(1, 30),
)
def test_stray_quotes_give_the_same_rows_in_ranges_as_in_the_whole(
    text: str, chunk: int, size: int
) -> None:
    content = text.encode("gb18030")
    found = plan.make(chunked(content, chunk), quoted=True, range_bytes=size)
    parts = [
        line
        for part in found.ranges
        for line in tables.csv_lines(
            content[part.start : part.end].decode("gb18030"), ",", part.first_line
        )
    ]
    assert parts == list(tables.csv_lines(text, ",", 1))


@given(st.binary(max_size=400), st.integers(1, 50), st.integers(1, 60))
def test_ranges_cover_any_bytes_without_gap_or_overlap(
    content: bytes, chunk: int, size: int
) -> None:
    found = plan.make(chunked(content, chunk), quoted=True, range_bytes=size)
    assert b"".join(content[part.start : part.end] for part in found.ranges) == content
    assert all(one.end == other.start for one, other in pairwise(found.ranges))


def test_encodings_are_found_not_assumed() -> None:
    text = "保单号,被保人\nP1,王小明\n"
    assert plan.make([text.encode("utf-8")], quoted=True).encoding == "utf-8"
    assert plan.make([text.encode("gb18030")], quoted=True).encoding == "gb18030"
    assert plan.make([text.encode()[:-8]], quoted=True).encoding == "gb18030"


def test_a_quoted_line_end_does_not_end_a_row() -> None:
    content = b'a,b\n1,"x\ny"\n2,z\n'
    found = plan.make([content], quoted=True, range_bytes=1)
    parts = [content[part.start : part.end] for part in found.ranges]
    assert parts == [b"a,b\n", b'1,"x\ny"\n', b"2,z\n"]
    assert [part.first_line for part in found.ranges] == [1, 2, 4]


def test_delimiters_are_found_in_the_header() -> None:
    assert tables.delimiter("保单号\t被保人\t保费") == "\t"
    assert tables.delimiter("保单号;被保人;保费") == ";"
    assert tables.delimiter("保单号,被保人,保费") == ","
