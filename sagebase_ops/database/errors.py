"""What psycopg raises -> DatabaseError, by SQLSTATE where the server gave one.

Source: PostgreSQL documentation, appendix A (error codes).
"""

from typing import TYPE_CHECKING

from sagebase_ops.errors import DatabaseError, DatabaseErrorKind

if TYPE_CHECKING:
    import psycopg

LOOK_FROM_HERE = 'psql "$SAGEBASE_OPS_DATABASE_URL" -c "SELECT version()"'
_BY_STATE = {
    "28P01": DatabaseErrorKind.LOGIN,
    "28000": DatabaseErrorKind.LOGIN,
    "3D000": DatabaseErrorKind.NO_SUCH_DATABASE,
    "53300": DatabaseErrorKind.FULL,
    "55P03": DatabaseErrorKind.LOCKED,
    "57014": DatabaseErrorKind.DEADLINE,
    "57P01": DatabaseErrorKind.UNREACHABLE,
    "57P02": DatabaseErrorKind.UNREACHABLE,
    "57P03": DatabaseErrorKind.UNREACHABLE,
    "42501": DatabaseErrorKind.PERMISSION_DENIED,
}
# libpq hands on what a server says at the door as text, without its SQLSTATE
_AT_THE_DOOR = (
    ("password authentication failed", DatabaseErrorKind.LOGIN),
    ("no password supplied", DatabaseErrorKind.LOGIN),
    ("no pg_hba.conf entry", DatabaseErrorKind.LOGIN),
    ("authentication failed", DatabaseErrorKind.LOGIN),
    ("is not permitted to log in", DatabaseErrorKind.LOGIN),
    ('role "', DatabaseErrorKind.LOGIN),
    ('database "', DatabaseErrorKind.NO_SUCH_DATABASE),
    ("too many clients", DatabaseErrorKind.FULL),
    ("too many connections", DatabaseErrorKind.FULL),
    ("remaining connection slots are reserved", DatabaseErrorKind.FULL),
)


def door_error(error: "psycopg.Error | TimeoutError") -> DatabaseError:
    """For a connection that did not come about."""
    said = "" if isinstance(error, TimeoutError) else _one_line(error)
    kind = next((kind for words, kind in _AT_THE_DOOR if words in said), DatabaseErrorKind.UNREACHABLE)
    return DatabaseError(kind, f"PostgreSQL: {said or 'no answer'}", remedy=LOOK_FROM_HERE, said=said)


def question_error(error: "psycopg.Error", user: str) -> DatabaseError:
    """For a question of the role `user` that was refused, or whose connection broke."""
    if error.sqlstate is None:
        kind = DatabaseErrorKind.UNREACHABLE
    else:
        kind = _BY_STATE.get(error.sqlstate, DatabaseErrorKind.REFUSED)
    remedy = grant_monitor(user) if kind is DatabaseErrorKind.PERMISSION_DENIED else LOOK_FROM_HERE
    said = _one_line(error)
    return DatabaseError(kind, f"PostgreSQL: {said}", remedy=remedy, said=said)


def hidden_error(user: str) -> DatabaseError:
    """For an answer in which PostgreSQL left out what `user` may not see: it raises nothing, it shows less."""
    message = f"PostgreSQL: what other roles do is hidden from {user}"
    return DatabaseError(DatabaseErrorKind.PERMISSION_DENIED, message, remedy=grant_monitor(user))


def uncounted_error(setting: str) -> DatabaseError:
    """For a server that keeps no count of it: what it shows then looks like peace."""
    remedy = f"""psql -c 'ALTER SYSTEM RESET {setting}' -c 'SELECT pg_reload_conf()'"""
    return DatabaseError(
        DatabaseErrorKind.NOT_COUNTED, f"PostgreSQL: {setting} is off", remedy=remedy, said=f"{setting} = off"
    )


def grant_monitor(user: str) -> str:
    """What an administrator of the database types."""
    quoted = user.replace('"', '""')
    return f"""psql -c 'GRANT pg_monitor TO "{quoted}"'"""


def _one_line(error: "psycopg.Error") -> str:
    """The first of the server's words; a detail below may hold values of rows."""
    primary = error.diag.message_primary
    return " ".join((primary or str(error)).split())
