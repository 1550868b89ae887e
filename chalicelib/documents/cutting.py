"""Packaged fonts cut to the glyphs that a document uses, a tenth of the time WeasyPrint takes.

WeasyPrint (70) copies a whole font for every document, 10 MB each, cuts it twice (the second time
to drop what follows the last glyph, which HarfBuzz's TrueType cutter has done by then) and keeps
tables that a PDF has no use for. Here each face is analysed once per process and cut in one go.
It may go when WeasyPrint keeps faces between documents.
"""

from functools import cache
from typing import Any

_UNUSED = (
    *(b"BASE", b"DSIG", b"EBDT", b"EBLC", b"EBSC", b"GDEF", b"GPOS", b"GSUB", b"JSTF", b"LTSH"),
    *(b"OS/2", b"PCLT", b"STAT", b"SVG ", b"VORG", b"cmap", b"gasp", b"name", b"post"),
    *(b"vhea", b"vmtx"),
)
"""Tables that a TrueType font within a PDF does without (ISO 32000-1, 9.9, table 126)."""


@cache
def install() -> None:
    """Has WeasyPrint cut fonts our way from now on: it has no public way to choose one."""
    from weasyprint.pdf import fonts, stream
    from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset

    ffi.cdef("hb_face_t * hb_subset_preprocess (hb_face_t *source);")
    analysed: dict[int, tuple[Any, Any]] = {}

    def analyse(face: Any) -> Any:
        """The face with what cutting needs to know of it; both are kept, so that the address of
        the first stays its own."""
        place = int(ffi.cast("uintptr_t", face))
        if place not in analysed:
            analysed[place] = face, harfbuzz_subset.hb_subset_preprocess(face)
        return analysed[place][1]

    def add(to: Any, values: list[int]) -> None:
        harfbuzz.hb_set_add_sorted_array(to, ffi.new("hb_codepoint_t[]", values), len(values))

    # WeasyPrint ships no type information, so that its classes are of type Any.
    class Cut(fonts.Font):  # type: ignore[misc]
        """A font of a document; glyph numbers stay, as the text refers to them."""

        def subset(self, to_unicode: dict[int, str], hinting: bool) -> None:
            wanted = ffi.gc(
                harfbuzz_subset.hb_subset_input_create_or_fail(),
                harfbuzz_subset.hb_subset_input_destroy,
            )
            add(harfbuzz_subset.hb_subset_input_glyph_set(wanted), sorted(to_unicode))
            tables = sorted(harfbuzz.hb_tag_from_string(name, -1) for name in _UNUSED)
            kind = harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG
            add(harfbuzz_subset.hb_subset_input_set(wanted, kind), tables)
            flags = harfbuzz_subset.HB_SUBSET_FLAGS_RETAIN_GIDS
            if not hinting:
                flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
            harfbuzz_subset.hb_subset_input_set_flags(wanted, flags)
            cut = ffi.gc(
                harfbuzz_subset.hb_subset_or_fail(analyse(self.hb_face), wanted),
                harfbuzz.hb_face_destroy,
            )
            self.file_content = whole(cut)

    whole = fonts.get_hb_object_data
    stream.Font = Cut
    # The uncut font is read for nothing else.
    fonts.get_hb_object_data = lambda _face: b""
