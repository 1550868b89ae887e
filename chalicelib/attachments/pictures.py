"""Photos: opened as what they claim to be, turned upright and written anew, so that nothing rides
along: no second file behind the picture, no serial number of the camera, no place unless allowed.
"""

import io
import warnings
from typing import Any

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError
from PIL.ExifTags import IFD, Base

from chalicelib.attachments.findings import Kept, RefusedError

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
QUALITY = 90
THUMBNAIL_QUALITY = 80
_MPO = "MPO"
"""What Pillow calls a JPEG with more pictures behind it, as many telephones write them."""


def check(content: bytes, content_type: str, keep_location: bool, rule: dict[str, Any]) -> Kept:
    """The picture as it is kept; RefusedError where it is none, too large or damaged."""
    # WeasyPrint tells Pillow, for the whole process, to fill up what is cut off.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    with warnings.catch_warnings():
        # Our own limit of pixels is asked below; damaged metadata are not kept anyway.
        warnings.simplefilter("ignore")
        try:
            opened = Image.open(io.BytesIO(content), formats=[*FORMATS.values()])
            if {_MPO: "JPEG"}.get(str(opened.format), opened.format) != FORMATS[content_type]:
                raise RefusedError("not-this-type")
            # Only the head is read so far: what it would unpack to is refused before it is.
            most = rule["max_pixels"][content_type]
            if opened.width * opened.height > most:
                # A JPEG can be unpacked at half its width and height: cameras of 108 megapixels
                # write those, and a quarter of the points is still a good photo.
                opened.draft("RGB", (opened.width // 2, opened.height // 2))
            if opened.width * opened.height > most:
                raise RefusedError("too-many-pixels")
            return _written_anew(opened, content_type, keep_location, rule["thumbnail_pixels"])
        except RefusedError:
            raise
        except UnidentifiedImageError as error:
            raise RefusedError("not-this-type") from error
        except Image.DecompressionBombError as error:
            raise RefusedError("too-many-pixels") from error
        # On damaged files its readers raise whatever they run into.
        except Exception as error:
            raise RefusedError("damaged") from error


def _written_anew(opened: Image.Image, content_type: str, keep_location: bool, edge: int) -> Kept:
    exif = _exif(opened.getexif(), keep_location)
    png = content_type == "image/png"
    mode = "RGBA" if png and opened.has_transparency_data else "RGB"
    # Each copy of the largest photo that is taken is 240 MB, of the 1,024 that the function has.
    ImageOps.exif_transpose(opened, in_place=True)
    picture = opened if opened.mode == mode else opened.convert(mode)
    # Comments and what editing programs note are written again from here.
    picture.info = {}
    written = io.BytesIO()
    if png:
        picture.save(written, "PNG", exif=exif)
    else:
        picture.save(written, "JPEG", quality=QUALITY, exif=exif)
    size = {"width": picture.width, "height": picture.height}
    picture.thumbnail((edge, edge))
    small = io.BytesIO()
    picture.convert("RGB").save(small, "JPEG", quality=THUMBNAIL_QUALITY)
    kind = "image/png" if png else "image/jpeg"
    return Kept(written.getvalue(), kind, small.getvalue(), size)


def _exif(given: Image.Exif, keep_location: bool) -> bytes:
    """When the photo was taken and, where it may be kept, where; nothing else.

    As bytes: an `Exif` whose values all stand in its parts counts as empty where PNG is written.
    """
    kept = Image.Exif()
    taken = given.get_ifd(IFD.Exif).get(Base.DateTimeOriginal)
    if isinstance(taken, str):
        kept.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = taken
    if keep_location and (place := given.get_ifd(IFD.GPSInfo)):
        kept.get_ifd(IFD.GPSInfo).update(place)
    return kept.tobytes()
