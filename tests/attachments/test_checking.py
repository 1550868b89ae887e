"""Files as they come (C3): real type, nothing that rides along, no place unless allowed."""

import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFile
from PIL.ExifTags import IFD, Base

from chalicelib import texts, validation
from chalicelib.attachments import checking
from chalicelib.attachments.findings import Kept, RefusedError
from tests.attachments import files

ROOM = Path(checking.__file__).parent
RULE = validation.load("data/attachments")["versions"][0]
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def check(content: bytes, content_type: str, *, keep_location: bool = False, **rule: Any) -> Kept:
    asked = {"content_type": content_type, "size": len(content), "keep_location": keep_location}
    return checking.check(content, asked, {**RULE, **rule})


def refused(content: bytes, content_type: str, **rule: Any) -> str:
    with pytest.raises(RefusedError) as told:
        check(content, content_type, **rule)
    return told.value.reason


def exif(content: bytes) -> Image.Exif:
    return Image.open(io.BytesIO(content)).getexif()


@pytest.mark.parametrize("form", TYPES)
def test_a_photo_keeps_its_time_and_loses_place_and_serial_number(form: str) -> None:
    kept = check(files.photo(form), TYPES[form])
    found = exif(kept.content)
    assert found.get_ifd(IFD.Exif)[Base.DateTimeOriginal] == files.TAKEN
    assert not found.get_ifd(IFD.GPSInfo)
    assert Base.BodySerialNumber not in found.get_ifd(IFD.Exif)
    assert files.SERIAL.encode() not in kept.content
    assert kept.facts == {"width": 640, "height": 480}


def test_the_place_is_kept_where_the_sender_agreed() -> None:
    kept = check(files.photo(), "image/jpeg", keep_location=True)
    assert exif(kept.content).get_ifd(IFD.GPSInfo)[2] == (23.0, 8.0, 3.5)


def test_a_photo_taken_sideways_is_kept_upright_with_a_small_picture() -> None:
    kept = check(files.photo(turned=6), "image/jpeg")
    assert kept.facts == {"width": 480, "height": 640}
    assert kept.thumbnail is not None
    small = Image.open(io.BytesIO(kept.thumbnail))
    assert small.size == (240, 320)


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (files.photo("PNG"), "image/jpeg", "not-this-type"),
        (b"<html><script>alert(1)</script>", "image/png", "not-this-type"),
        (b"MZ\x90\x00", "application/pdf", "not-this-type"),
        (files.photo()[:3000], "image/jpeg", "damaged"),
        (files.bomb(), "image/png", "too-many-pixels"),
        (files.bomb(100_000), "image/png", "too-many-pixels"),
        (b"%PDF-1.7\nnothing", "application/pdf", "damaged"),
        (files.paper(action="opens-script"), "application/pdf", "active-content"),
        (files.paper(action="starts-program"), "application/pdf", "active-content"),
        (files.paper(action="carries-a-file"), "application/pdf", "active-content"),
        (files.paper(password="8642"), "application/pdf", "locked"),
    ],
)
def test_what_is_not_what_it_says_is_refused_with_the_reason(
    content: bytes, content_type: str, reason: str
) -> None:
    assert refused(content, content_type) == reason


def test_a_document_is_kept_as_it_came_up_to_its_pages() -> None:
    three = files.paper(pages=3)
    kept = check(three, "application/pdf")
    assert (kept.content, kept.facts, kept.thumbnail) == (three, {"pages": 3}, None)
    assert refused(three, "application/pdf", max_pages=2) == "too-many-pages"


def test_two_files_in_one_are_refused() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as written:
        written.writestr("a.html", "<script>")
    assert refused(files.photo() + archive.getvalue(), "image/jpeg") == "two-in-one"
    assert refused(files.paper() + archive.getvalue(), "application/pdf") == "two-in-one"
    assert refused(b"\xff\xd8\xff\xe1%PDF-1.7" + files.photo(), "image/jpeg") == "two-in-one"


def test_a_film_behind_a_photo_as_telephones_write_it_is_left_behind() -> None:
    kept = check(files.photo() + b"\x00\x00\x00\x18ftypmp42" + bytes(1000), "image/jpeg")
    assert b"ftyp" not in kept.content


def test_a_photo_with_further_pictures_behind_it_is_a_jpeg() -> None:
    first, second = (Image.new("RGB", (40, 30), name) for name in ("red", "blue"))
    written = io.BytesIO()
    first.save(written, "MPO", save_all=True, append_images=[second])
    kept = check(written.getvalue(), "image/jpeg")
    assert Image.open(io.BytesIO(kept.content)).format == "JPEG"


def test_a_photo_that_was_cut_off_is_damaged_whatever_else_the_process_has_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    assert refused(files.photo()[:3000], "image/jpeg") == "damaged"


def test_every_reason_has_words_in_every_language() -> None:
    sources = "".join(path.read_text("utf-8") for path in ROOM.glob("*.py"))
    told = set(re.findall(r'RefusedError\("([a-z-]+)"', sources))
    assert {"damaged", "locked", "two-in-one"} <= told
    for reason in told:
        for language in texts.LANGUAGES:
            assert texts.has(f"attachments.reason.{reason}", language)


def outcome(content: bytes, content_type: str) -> str:
    try:
        check(content, content_type)
    except RefusedError as error:
        return error.reason
    return "received"


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=40), st.sampled_from(["jpeg", "png"]))
def test_damage_anywhere_in_a_photo_is_refused_or_harmless(
    at: int, damage: bytes, kind: str
) -> None:
    whole = files.photo(kind.upper(), (64, 48))
    broken = whole[:at] + damage + whole[at + len(damage) :]
    possible = {"received", "damaged", "not-this-type", "too-many-pixels", "two-in-one"}
    assert outcome(broken, f"image/{kind}") in possible


@given(st.integers(0, 1500), st.binary(min_size=1, max_size=40))
def test_damage_anywhere_in_a_document_is_refused_or_harmless(at: int, damage: bytes) -> None:
    whole = files.paper(2)
    broken = whole[:at] + damage + whole[at + len(damage) :]
    possible = {"received", "damaged", "not-this-type", "locked", "active-content", "two-in-one"}
    assert outcome(broken, "application/pdf") in possible


def test_a_photo_of_more_points_than_memory_takes_is_kept_at_half_its_width_and_height() -> None:
    picture = io.BytesIO()
    Image.effect_noise((640, 480), 60).convert("RGB").save(picture, "JPEG")
    small = dict.fromkeys(TYPES.values(), 320 * 240)
    kept = check(picture.getvalue(), "image/jpeg", max_pixels=small)
    assert (kept.facts["width"], kept.facts["height"]) == (320, 240)
    less = dict.fromkeys(TYPES.values(), 320 * 240 // 20)
    assert refused(picture.getvalue(), "image/jpeg", max_pixels=less) == "too-many-pixels"


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_what_an_editing_program_notes_is_not_written_again(form: str) -> None:
    picture = io.BytesIO()
    noted = Image.new("RGB", (40, 30))
    noted.info["comment"] = b"home of Wang Fang"
    noted.save(picture, form, comment=b"home of Wang Fang", xmp=b"<x>home of Wang Fang</x>")
    kept = check(picture.getvalue(), TYPES[form])
    assert b"Wang Fang" not in kept.content
    assert b"Wang Fang" not in (kept.thumbnail or b"")


@pytest.mark.soak
@pytest.mark.parametrize(
    ("form", "width", "height"),
    [
        ("JPEG", 10_000, 6_000),
        ("PNG", 10_000, 6_000),
        ("WEBP", 6_000, 5_000),
        ("JPEG", 12_000, 9_000),
    ],
)
def test_the_largest_photos_fit_the_functions_memory(
    tmp_path: Path, form: str, width: int, height: int
) -> None:
    """1,024 MB (.chalice/config.json) less what Lambda's runtime takes."""
    path = tmp_path / "photo"
    tile = Image.effect_noise((500, 500), 90).convert("RGB")
    large = Image.new("RGB", (width, height))
    for place in range(width * height // 250_000):
        large.paste(tile, (place % (width // 500) * 500, place // (width // 500) * 500))
    large.save(path, form, quality=60, exif=_turned())
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path), TYPES[form]],
        cwd=ROOM.parents[1],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(measured.stdout) < 850


def _turned() -> Image.Exif:
    found = Image.Exif()
    found[Base.Orientation] = 6
    return found


MEASURE = """
import resource, sys
from pathlib import Path
from chalicelib import validation
from chalicelib.attachments import pictures

rule = validation.load("data/attachments")["versions"][0]
pictures.check(Path(sys.argv[1]).read_bytes(), sys.argv[2], False, rule)
sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024))
"""
