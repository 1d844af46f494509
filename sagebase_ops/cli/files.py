"""Which schedules.yaml is meant?"""

from pathlib import Path

from sagebase_ops.errors import ConfigError

DEFAULT = Path("schedules.yaml")


def shipped_schedules() -> Path:
    """The example that comes with the program: inside an installed package, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "schedules.yaml"
    return inside if inside.is_file() else package.parent / "schedules.yaml"


def chosen_schedules(given: str | None, *, pretend: bool) -> Path:
    """`given`, else schedules.yaml here, else (against a pretend cloud only) the shipped one. Raises ConfigError."""
    if given is not None:
        return Path(given)
    if DEFAULT.exists():
        return DEFAULT
    if pretend:
        return shipped_schedules()
    raise ConfigError(
        f"{DEFAULT}: no such file in this folder; give one with --config FILE, copy the example from {shipped_schedules()}, "
        "or try the program with --sandbox, which needs none"
    )
