"""Is one service as large as it should be? Part of `run_scaling`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sagebase_ops.domain.projects import Environment, Project
from sagebase_ops.domain.results import Note, Sentence
from sagebase_ops.gcp.run import RunService

WANTED_INSTANCES = {
    Environment.DEVELOPMENT: (0, 3),
    Environment.STAGING: (0, 5),
    Environment.PRODUCTION: (1, 10),
}
"""The guide's least and most instances for each environment."""

GOOGLES_MAXIMUM = 100
"""Where no maximum was set. Source: Cloud Run's documentation of instance limits."""

SIZE = Sentence(
    ja="1台あたり CPU {cpu}、メモリ {memory}、同時リクエスト数 {concurrency}",
    en="each instance: CPU {cpu}, memory {memory}, {concurrency} requests at once",
)
BOTH_LEVELS = Sentence(
    ja="最小インスタンス数はサービスに {service}、リビジョンに {revision} と設定されています（大きい方で判定）",
    en="a minimum of {service} is set on the service and one of {revision} on the revision; the larger one is judged",
)
NO_MAXIMUM = Sentence(
    ja="最大インスタンス数が未設定で、Google の既定値 {found} まで増えます（{environment}の推奨 {wanted}）",
    en="no maximum is set, so it may grow to Google's default of {found} ({environment}: {wanted} wanted)",
)
LEAST = Sentence(
    ja="最小インスタンス数が {found} です（{environment}の推奨 {wanted}）",
    en="its minimum is {found} ({environment}: {wanted} wanted)",
)
MOST = Sentence(
    ja="最大インスタンス数が {found} です（{environment}の推奨 {wanted}）",
    en="its maximum is {found} ({environment}: {wanted} wanted)",
)
CPU = Sentence(
    ja="CPU が {found} です（schedules.yaml では {wanted}）", en="its CPU is {found} (schedules.yaml: {wanted})"
)
MEMORY = Sentence(
    ja="メモリが {found} です（schedules.yaml では {wanted}）", en="its memory is {found} (schedules.yaml: {wanted})"
)
CONCURRENCY = Sentence(
    ja="同時リクエスト数が {found} です（schedules.yaml では {wanted}）",
    en="it takes {found} requests at once (schedules.yaml: {wanted})",
)
ENVIRONMENTS = {
    Environment.DEVELOPMENT: Sentence(ja="開発環境", en="development"),
    Environment.STAGING: Sentence(ja="ステージング", en="staging"),
    Environment.PRODUCTION: Sentence(ja="本番環境", en="production"),
}
"""As the guide calls them."""

UNSET = "-"
_MIB, _GIB = 2**20, 2**30


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a service should have, None where anything goes: vCPUs, bytes; `near` is the share of the maximum."""

    min_instances: int
    max_instances: int
    cpu: float | None
    memory: int | None
    concurrency: int | None
    near: float
    window: timedelta


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is not the wanted one, and the flag of gcloud that mends it."""

    note: Note
    flag: str


def differences_of(service: RunService, wanted: Wanted, project: Project) -> tuple[Difference, ...]:
    """What is not as wanted, in the guide's order: minimum, maximum, CPU, memory, concurrency."""
    least, most, sizing = service.min_instances, service.max_instances, service.sizing
    found = (
        (LEAST, str(least), str(wanted.min_instances), "--min-instances"),
        (MOST if most else NO_MAXIMUM, str(most or GOOGLES_MAXIMUM), str(wanted.max_instances), "--max-instances"),
        (CPU, _cpu(sizing.cpu), _cpu(wanted.cpu), "--cpu"),
        (MEMORY, _memory(sizing.memory), _memory(wanted.memory), "--memory"),
        (CONCURRENCY, str(sizing.concurrency or UNSET), str(wanted.concurrency or UNSET), "--concurrency"),
    )
    return tuple(
        Difference(Note(_in(project.environment, words), {"found": is_now, "wanted": ought}), f"{flag}={_typed(ought)}")
        for words, is_now, ought, flag in found
        if ought not in {UNSET, is_now} or (words is NO_MAXIMUM)
    )


def mending(service: RunService, differences: Sequence[Difference], project: Project) -> str | None:
    """The command that makes everything as wanted; None where it is."""
    if not differences:
        return None
    flags = " ".join(one.flag for one in differences)
    where = f"--region={service.region or project.region} --project={project.id}"
    return f"gcloud run services update {service.name} {where} {flags}"


def sizes_of(service: RunService) -> Iterator[Note]:
    """What one instance has, and both minima where service and revision have one."""
    sizing = service.sizing
    concurrency = str(sizing.concurrency or UNSET)
    yield Note(SIZE, {"cpu": _cpu(sizing.cpu), "memory": _memory(sizing.memory), "concurrency": concurrency})
    if sizing.service_min and sizing.revision_min:
        yield Note(BOTH_LEVELS, {"service": sizing.service_min, "revision": sizing.revision_min})


def _in(environment: Environment, words: Sentence) -> Sentence:
    """With the environment's name filled in, in each language its own."""
    name = ENVIRONMENTS[environment]
    return Sentence(ja=words.ja.replace("{environment}", name.ja), en=words.en.replace("{environment}", name.en))


def _cpu(count: float | None) -> str:
    return UNSET if count is None else f"{count:g}"


def _memory(size: int | None) -> str:
    """As Google writes it: `512 MiB`, `4 GiB`."""
    if size is None:
        return UNSET
    whole_gib = size >= _GIB and size % _GIB == 0
    return f"{size / _GIB:g} GiB" if whole_gib else f"{size / _MIB:g} MiB"


def _typed(amount: str) -> str:
    """As gcloud wants it: `512Mi` for 512 MiB."""
    return amount.replace(" ", "").removesuffix("B") if amount.endswith("iB") else amount
