"""The programs of PostgreSQL that tests may start: the machine's own, and further versions that npm brought.

`npm ci --ignore-scripts` in the folder `servers` beside this file brings them, as its lock file says; where nobody did so, the
machine's own version is all there is.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

_OWN = Path("/usr/lib/postgresql")
_BROUGHT = Path(__file__).parent / "servers" / "node_modules"


@dataclass(frozen=True)
class Programs:
    """One major version, in `folder`: a folder `bin` of programs, and in a package of npm what they need, without its links."""

    version: int
    folder: Path

    @property
    def brought(self) -> bool:
        return self.folder.is_relative_to(_BROUGHT)

    def ready(self, place: Path) -> Path:
        """The folder of programs that anybody may run; those that npm brought are copied to `place`, and linked there."""
        if not self.brought:
            return self.folder / "bin"
        copy = place / "native"
        shutil.copytree(self.folder, copy)
        for link in json.loads((copy / "pg-symlinks.json").read_text()):
            target = place / link["target"]
            if not target.is_symlink():
                target.symlink_to((place / link["source"]).relative_to(target.parent))
        return copy / "bin"


def installed() -> list[Programs]:
    """One of each version, the oldest first; the machine's own rather than npm's."""
    own = {int(path.parent.parent.name): path.parent.parent for path in _OWN.glob("*/bin/postgres")}
    brought = {int(path.parent.name.rpartition("-")[2]): path for path in _BROUGHT.glob("postgres-*/native")}
    return [Programs(version, folder) for version, folder in sorted({**brought, **own}.items())]
