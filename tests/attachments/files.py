"""Photos and documents as people send them, and as attackers do."""

import io
import zlib
from typing import Any

import pikepdf
from PIL import Image
from PIL.ExifTags import IFD, Base
from PIL.PngImagePlugin import PngInfo

TAKEN = "2026:10:01 08:30:00"
SERIAL = "CAMERA-8642"
PLACE = {1: "N", 2: (23.0, 8.0, 3.5), 3: "E", 4: (113.0, 19.0, 7.25)}


def photo(form: str = "JPEG", size: tuple[int, int] = (640, 480), turned: int = 1) -> bytes:
    """A photo with all that a telephone writes into it: place, time, serial number."""
    picture = Image.new("RGB", size, "white")
    picture.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[Base.Orientation] = turned
    exif[Base.Make] = "Maker"
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = TAKEN
    exif.get_ifd(IFD.Exif)[Base.BodySerialNumber] = SERIAL
    exif.get_ifd(IFD.GPSInfo).update(PLACE)
    written = io.BytesIO()
    more: dict[str, Any] = {}
    if form == "PNG":
        more["pnginfo"] = PngInfo()
        more["pnginfo"].add_text("Comment", SERIAL)
    picture.save(written, form, exif=exif, **more)
    return written.getvalue()


def bomb(pixels: int = 20_000) -> bytes:
    """A PNG of a few bytes whose head promises `pixels` by `pixels`."""
    head = pixels.to_bytes(4) * 2 + bytes([1, 0, 0, 0, 0])
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
        for kind, body in chunks
    )


def paper(pages: int = 1, action: str | None = None, password: str | None = None) -> bytes:
    """A PDF; `action` puts one of those that act into it."""
    document = pikepdf.new()
    for _ in range(pages):
        document.add_blank_page()
    if action == "opens-script":
        document.Root.OpenAction = document.make_indirect(
            pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        )
    if action == "starts-program":
        document.pages[0].Annots = pikepdf.Array(
            [
                pikepdf.Dictionary(
                    Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="a")
                )
            ]
        )
    if action == "carries-a-file":
        document.attachments["a.exe"] = b"MZ"
    written = io.BytesIO()
    locked: Any = pikepdf.Encryption(user=password, owner=password) if password else None
    document.save(
        written,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        encryption=locked,
        linearize=False,
    )
    return written.getvalue()
