"""What a scenario says of the database from inside. What it leaves out is as a tidy application has it."""

from datetime import timedelta

from sagebase_ops.sandbox.scenario_parts import Part, Span

_MB = 1_000_000


class Index(Part):
    name: str
    scans: int = 120_000
    size: int = 4 * _MB
    unique: bool = False
    constrains: bool = False
    """It belongs to a primary key or another constraint."""
    valid: bool = True


class Table(Part):
    """Rows are counts; `changed` since it was analyzed. None for a time: never."""

    name: str
    rows: int = 50_000
    dead: int = 900
    changed: int = 1200
    size: int = 60 * _MB
    vacuumed: Span | None = timedelta(hours=20)
    analyzed: Span | None = timedelta(hours=20)
    indexes: list[Index] = []


class Session(Part):
    """A client beside the application's idle ones, in this state for `since` and in a transaction for `open_for`."""

    role: str = "sagebase_user"
    state: str = "idle"
    since: Span = timedelta(seconds=5)
    open_for: Span | None = None


class Statement(Part):
    text: str
    calls: int = 1000
    mean: Span = timedelta(milliseconds=4)


class PretendDatabase(Part):
    """One database of the first Cloud SQL instance; the application's sessions are that instance's `connections`."""

    name: str = "sagebase_db"
    version: str = "15.7"
    counting_for: Span = timedelta(days=90)
    """How far the server's counters go back."""
    monitor: bool = True
    """Whether our role has pg_monitor."""
    login: bool = True
    """Whether our role is let in."""
    replica: bool = False
    replicas: int = 0
    max_connections: int = 100
    transactions: int = 48_000_000
    """Transaction ids used since the oldest database was frozen."""
    tables: list[Table] = [
        Table(
            name="minutes",
            indexes=[
                Index(name="minutes_pkey", unique=True, constrains=True),
                Index(name="minutes_held_on_idx", size=6 * _MB),
            ],
        ),
        Table(
            name="speeches",
            rows=800_000,
            dead=21_000,
            changed=30_000,
            size=900 * _MB,
            indexes=[
                Index(name="speeches_pkey", unique=True, constrains=True, size=40 * _MB),
                Index(name="speeches_minutes_id_idx", size=35 * _MB),
            ],
        ),
        Table(name="politicians", rows=2400, dead=40, changed=10, size=2 * _MB),
    ]
    sessions: list[Session] = []
    statements: list[Statement] | None = [
        Statement(text="SELECT * FROM minutes WHERE held_on >= $1 ORDER BY held_on DESC LIMIT $2", calls=42_000),
        Statement(text="SELECT * FROM speeches WHERE minutes_id = $1", calls=180_000, mean=timedelta(milliseconds=11)),
    ]
    """What pg_stat_statements counted; None: the extension is not there."""
