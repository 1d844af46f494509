"""What does a failure of SQLite or of the disk mean, and what should the operator do?"""

import sqlite3
from pathlib import Path

from sagebase_ops.errors import StoreError

_PRIMARY = 0xFF
"""The lower byte of SQLite's extended result codes. Source: sqlite.org/rescode.html."""

_MEANINGS: dict[int, tuple[str, bool]] = {
    sqlite3.SQLITE_BUSY: (
        "another process keeps it locked; it is tried again, but see who holds it: fuser -v {path}",
        True,
    ),
    sqlite3.SQLITE_LOCKED: ("another connection keeps it locked; it is tried again", True),
    sqlite3.SQLITE_FULL: (
        "the disk is full; nothing was written and nothing is lost. Free space there: df -h {folder}",
        True,
    ),
    sqlite3.SQLITE_IOERR: ("the disk could not be read or written ({detail}); see df -h {folder} and dmesg", True),
    sqlite3.SQLITE_READONLY: (
        "it may not be written; give it and its folder to the user that runs this: chown -R $(id -un) {folder}",
        False,
    ),
    sqlite3.SQLITE_PERM: ("it may not be opened; see ls -l {path}", False),
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened; it must be a file in a folder that this user may write: ls -ld {folder} {path}",
        False,
    ),
    sqlite3.SQLITE_CORRUPT: (
        "the file is damaged ({detail}). Stop what uses it, copy it, then: sqlite3 {path} .recover | sqlite3 {path}.new",
        False,
    ),
    sqlite3.SQLITE_NOTADB: (
        "this is no SQLite database, and was left as it is; move it away or name another file in SAGEBASE_OPS_STATE",
        False,
    ),
}


def explained(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    """The failure in the operator's words; `retryable` where the same call may go through later."""
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(error, OSError):
        meaning, retryable = _MEANINGS[sqlite3.SQLITE_CANTOPEN][0] + " ({detail})", False
    else:
        meaning, retryable = _MEANINGS.get((code or 0) & _PRIMARY, ("SQLite refused: {detail}", False))
    failure = StoreError(f"{path}: {meaning.format(path=path, folder=path.parent, detail=error)}")
    failure.retryable = retryable
    return failure
