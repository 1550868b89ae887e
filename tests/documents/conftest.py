"""The press needs fonts and the address that its QR codes lead to."""

from collections.abc import Iterator

import pytest

from tests.conftest import Aws
from tests.documents.samples import FONTS


@pytest.fixture(autouse=True, scope="module")
def press_settings(aws: Aws) -> Iterator[None]:
    """What the template sets for the rendering function.

    After the environment of `aws`, which would otherwise go with it for the rest of the process.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FONTS_DIR", str(FONTS))
        patch.setenv("PUBLIC_SITE_URL", "https://www.chabao.example")
        yield
