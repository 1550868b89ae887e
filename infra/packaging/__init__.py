"""The deployable: `sam.json` and two archives, made by `chalice package` offline from AWS.

template()              the template alone, in two to three seconds, remembered by content
package(folder)         template and archives, bytecode for every module, same bytes every time
unpacked(archive)       an archive as Lambda lays it out, remembered by content
task_roots()            a folder with every archive unpacked, each below its own name
"""

import json
import os
import shutil
from pathlib import Path
from typing import Any

from infra.packaging import archive, dependencies, project, store

STAGE = "prod"
LIBRARIES = {project.ARCHIVE: dependencies.lean, project.DOCUMENTS: dependencies.archive}
"""Archive → the libraries that go into it beside the application."""


def template(stage: str = STAGE) -> dict[str, Any]:
    """The template as CloudFormation gets it: functions, rules, queues, tables, environment."""
    found: dict[str, Any] = json.loads((project.packaged(stage) / project.TEMPLATE).read_text())
    return found


def package(folder: Path, stage: str = STAGE) -> None:
    """Writes the template and its archives; PackagingError if anything is amiss."""
    folder.mkdir(parents=True, exist_ok=True)
    packaged = project.packaged(stage)
    for name, libraries in LIBRARIES.items():
        archive.join([libraries(), packaged / project.ARCHIVE], folder / name)
    shutil.copyfile(packaged / project.TEMPLATE, folder / project.TEMPLATE)


def unpacked(name: str = project.ARCHIVE, stage: str = STAGE) -> Path:
    """A folder with an archive's content, as Lambda's /var/task; not to be written into."""
    libraries = dependencies.unpacked(LIBRARIES[name]())
    application = project.packaged(stage)

    def make(folder: Path) -> None:
        # Links, not copies: each change of the code would cost 150 MB, and seconds to unpack.
        shutil.copytree(libraries, folder, copy_function=os.link, dirs_exist_ok=True)
        archive.unpack(application / project.ARCHIVE, folder)

    return store.remembered("unpacked", [], [libraries.name, application.name], make)


def task_roots(folder: Path, stage: str = STAGE) -> Path:
    """The folder, filled with a link to each unpacked archive by its name without `.zip`."""
    for name in LIBRARIES:
        (folder / Path(name).stem).symlink_to(unpacked(name, stage))
    return folder
