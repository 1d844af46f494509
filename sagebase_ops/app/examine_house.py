"""Is what is ours in order: the file, the secrets, the clock, the store, the second route, the witness?"""

from collections.abc import Mapping

from sagebase_ops.app.examined import Examined, note
from sagebase_ops.app.lookouts import pagers_of
from sagebase_ops.app.parts import look_at_store
from sagebase_ops.clock import Clock
from sagebase_ops.config.model import Schedules
from sagebase_ops.config.projects import EXAMPLE_PROJECT
from sagebase_ops.domain.results import Verdict
from sagebase_ops.errors import ConfigError, GcpError, StoreError
from sagebase_ops.gcp.clients import Connections
from sagebase_ops.language import doctor_words as words
from sagebase_ops.settings import PREFIX, Settings

MOST_SECONDS_OFF = 60


def examine_file(schedules: Schedules, *, pretend: bool) -> list[Examined]:
    """It could be read, or nobody would be here. Placeholders are only a warning where nobody real is told."""
    checks = sum(len(checklist.entries) for checklist in schedules.checklists.values())
    counts = {"projects": len(schedules.projects), "checklists": len(schedules.checklists), "checks": checks}
    read = Examined("file.schedules", note(words.FILE), Verdict.PASS, note(words.FILE_RIGHT, **counts))
    contacts = _contacts(schedules, pretend=pretend)
    if any(project.id == EXAMPLE_PROJECT for project in schedules.projects):
        remedy = note(words.WRITE_PROJECT, file=str(schedules.path))
        said = note(words.PROJECT_EXAMPLE, project=EXAMPLE_PROJECT)
        return [read, Examined("file.projects", note(words.PROJECTS), Verdict.FAIL, said, remedy), contacts]
    return [read, contacts]


def _contacts(schedules: Schedules, *, pretend: bool) -> Examined:
    name, title = "file.contacts", note(words.CONTACTS)
    if not schedules.placeholders:
        written = note(words.CONTACTS_WRITTEN, count=len(schedules.contacts))
        return Examined(name, title, Verdict.PASS, written)
    said = note(
        words.CONTACTS_EXAMPLE_PRETEND if pretend else words.CONTACTS_EXAMPLE, names=", ".join(schedules.placeholders)
    )
    remedy = f"sagebase-ops validate {schedules.path}"
    return Examined(name, title, Verdict.WARN if pretend else Verdict.FAIL, said, remedy)


def examine_secrets(fetched: list[str], refused: Mapping[str, ConfigError]) -> list[Examined]:
    """Those that are addresses of Secret Manager, by their setting's name."""
    found = []
    for setting in fetched:
        name, title = f"file.secret.{setting}", note(words.SECRET, name=f"{PREFIX}{setting.upper()}")
        error = refused.get(setting)
        if error is None:
            found.append(Examined(name, title, Verdict.PASS, note(words.SECRET_READ)))
            continue
        cause = error.__cause__
        remedy = cause.remedy if isinstance(cause, GcpError) else None
        state = Verdict.UNKNOWN if isinstance(cause, GcpError) and cause.retryable else Verdict.FAIL
        said = note(words.SECRET_REFUSED, error=str(cause))
        found.append(Examined(name, title, state, said, remedy or note(words.SECRET_FORM)))
    return found


async def examine_clock(connections: Connections, clock: Clock) -> list[Examined]:
    """The machine's against the Date of an answer from outside."""
    name, title = "here.clock", note(words.CLOCK)
    try:
        elsewhere = await connections.rest.date()
    except GcpError as error:
        said = note(words.CLOCK_UNSEEN, error=error.kind.value)
        return [Examined(name, title, Verdict.UNKNOWN, said, note(words.TRY_AGAIN))]
    off = round(abs((clock.now() - elsewhere).total_seconds()))
    if off > MOST_SECONDS_OFF:
        return [Examined(name, title, Verdict.FAIL, note(words.CLOCK_WRONG, seconds=off), words.SET_CLOCK)]
    return [Examined(name, title, Verdict.PASS, note(words.CLOCK_RIGHT, seconds=off))]


async def examine_store(settings: Settings) -> list[Examined]:
    """Whether it is ours, of this world and version, and can be written. Nothing is made, nothing is written."""
    name, title = "here.store", note(words.STORE)
    try:
        there = await look_at_store(settings)
    except (ConfigError, StoreError) as error:
        state, said = (Verdict.UNKNOWN, words.STORE_BUSY) if error.retryable else (Verdict.FAIL, words.STORE_WRONG)
        return [Examined(name, title, state, note(said, error=str(error)), note(words.SET_STORE))]
    said = words.STORE_RIGHT if there else words.STORE_NEW
    return [Examined(name, title, Verdict.PASS, note(said, where=settings.state))]


def examine_second_route(settings: Settings, schedules: Schedules) -> Examined:
    """Whether it could be used; that it works, only a test post proves."""
    name, title = "here.second_route", note(words.SECOND_ROUTE)
    if schedules.fallback is None:
        remedy = note(words.WRITE_SECOND_ROUTE, file=str(schedules.path))
        return Examined(name, title, Verdict.WARN, note(words.SECOND_ROUTE_NONE), remedy)
    try:
        pagers_of(settings, schedules.fallback)
    except ConfigError:
        lacking = "FALLBACK_WEBHOOK" if schedules.fallback.webhook and not settings.fallback_webhook else ""
        variable = PREFIX + (lacking or "FALLBACK_PASSWORD")
        said = note(words.SECOND_ROUTE_LACKS, name=variable)
        return Examined(name, title, Verdict.FAIL, said, note(words.SET_SECRET, name=variable))
    return Examined(name, title, Verdict.PASS, note(words.SECOND_ROUTE_RIGHT, ways=ways_of(schedules)))


def ways_of(schedules: Schedules) -> str:
    fallback = schedules.fallback
    if fallback is None:
        return ""
    email = [f"e-mail {', '.join(fallback.email.to)}"] if fallback.email else []
    return ", ".join([*email, *(["webhook"] if fallback.webhook else [])])


def examine_witness(settings: Settings) -> list[Examined]:
    """Who would notice that we are gone; both are hints."""
    ping = note(words.PING)
    pinged = (
        Examined("here.witness", ping, Verdict.PASS, note(words.PING_RIGHT))
        if settings.ping_url
        else Examined("here.witness", ping, Verdict.WARN, note(words.PING_NONE), note(words.SET_PING))
    )
    return [pinged, _port(settings)]


def _port(settings: Settings) -> Examined:
    name, title = "here.port", note(words.PORT)
    if settings.port is not None:
        return Examined(name, title, Verdict.PASS, note(words.PORT_RIGHT, port=str(settings.port)))
    if settings.slack_signing_secret and not settings.slack_app_token:
        return Examined(name, title, Verdict.FAIL, note(words.PORT_WANTED), note(words.SET_PORT))
    return Examined(name, title, Verdict.SKIPPED, note(words.PORT_NONE))
