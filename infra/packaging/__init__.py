"""The deployable: `sam.json` and one archive, made by `chalice package` offline from AWS.

template()              the template alone, in two to three seconds, remembered by content
package(folder)         template and archive, bytecode for every module, same bytes every time
unpacked(folder)        the archive as Lambda lays it out, remembered by content
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from infra.packaging import archive, dependencies, project, store

STAGE = "prod"


def template(stage: str = STAGE) -> dict[str, Any]:
    """The template as CloudFormation gets it: functions, rules, queues, tables, environment."""
    found: dict[str, Any] = json.loads((project.packaged(stage) / project.TEMPLATE).read_text())
    return found


def package(folder: Path, stage: str = STAGE) -> None:
    """Writes sam.json and deployment.zip into the folder; PackagingError if anything is amiss."""
    folder.mkdir(parents=True, exist_ok=True)
    packaged = project.packaged(stage)
    archive.join([dependencies.archive(), packaged / project.ARCHIVE], folder / project.ARCHIVE)
    shutil.copyfile(packaged / project.TEMPLATE, folder / project.TEMPLATE)


def unpacked(stage: str = STAGE) -> Path:
    """A folder with the archive's content, as Lambda's /var/task; not to be written into."""
    libraries = dependencies.unpacked()
    application = project.packaged(stage)

    def make(folder: Path) -> None:
        # Links, not copies: each change of the code would cost 150 MB, and seconds to unpack.
        shutil.copytree(libraries, folder, copy_function=os.link, dirs_exist_ok=True)
        archive.unpack(application / project.ARCHIVE, folder)

    return store.remembered("unpacked", [], [libraries.name, application.name], make)
