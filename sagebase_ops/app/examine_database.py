"""Does the database from inside answer, as whom, and could we change anything there?"""

from sagebase_ops.app.examined import Examined, note
from sagebase_ops.database.errors import grant_monitor
from sagebase_ops.database.server import Rights, Server, rights, server
from sagebase_ops.database.session import Database
from sagebase_ops.domain.database_refusals import WORDS
from sagebase_ops.domain.results import Verdict
from sagebase_ops.errors import DatabaseError, DatabaseErrorKind
from sagebase_ops.language import doctor_words as words
from sagebase_ops.settings import Settings

NAME = "here.database"
_MENDED_BY_THE_USER = (
    DatabaseErrorKind.BAD_ADDRESS,
    DatabaseErrorKind.LOGIN,
    DatabaseErrorKind.NO_SUCH_DATABASE,
    DatabaseErrorKind.PERMISSION_DENIED,
)


async def examine_database(settings: Settings) -> list[Examined]:
    """One line, where there is an address at all. Read only, as the checks are."""
    if settings.database_url is None:
        return []
    database = Database(settings.database_url)
    try:
        return [_found(await server(database), await rights(database))]
    except DatabaseError as error:
        state = Verdict.FAIL if error.kind in _MENDED_BY_THE_USER else Verdict.UNKNOWN
        return [Examined(NAME, note(words.DATABASE), state, note(WORDS[error.kind]), error.remedy)]
    finally:
        await database.aclose()


def _found(there: Server, may: Rights) -> Examined:
    title, told = note(words.DATABASE), {"version": there.version, "role": there.user, "database": there.database}
    if not there.monitor:
        return Examined(NAME, title, Verdict.FAIL, note(words.DATABASE_HIDES, **told), grant_monitor(there.user))
    if may.writable or not may.read_only:
        said = note(words.DATABASE_WRITABLE, **told, tables=may.writable)
        return Examined(NAME, title, Verdict.WARN, said, note(words.SET_DATABASE_ROLE))
    return Examined(NAME, title, Verdict.PASS, note(words.DATABASE_RIGHT, **told))
