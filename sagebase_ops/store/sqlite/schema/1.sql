-- Times are aware UTC as text of one width, so that they sort: 2026-11-24T00:00:00.000000+00:00

-- What is true of the whole file: `installation` begins the name of every notice, `world` is real or sandbox.
CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
    job TEXT PRIMARY KEY,
    calendar TEXT,
    since TEXT NOT NULL,
    last_slot TEXT
) STRICT, WITHOUT ROWID;

-- One finished run; `record` is JSON, the columns are what is searched by.
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    job TEXT NOT NULL,
    started_at TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX runs_of_job ON runs (job, started_at);
CREATE INDEX runs_by_start ON runs (started_at);

-- One planned time that somebody took. Without a run it is claimed; with `lease_until` = 1970 it was handed back.
CREATE TABLE slots (
    job TEXT NOT NULL REFERENCES jobs (job),
    at TEXT NOT NULL,
    claim TEXT NOT NULL,
    owner TEXT NOT NULL,
    lease_until TEXT NOT NULL,
    claimed_at TEXT NOT NULL,
    run TEXT REFERENCES runs (id) ON DELETE CASCADE,
    PRIMARY KEY (job, at)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX slots_one_claim_per_job ON slots (job) WHERE run IS NULL;
CREATE INDEX slots_of_run ON slots (run);

-- Planned times that never ran, as ranges; `told_by` is the run whose digest said so.
CREATE TABLE missed (
    job TEXT NOT NULL REFERENCES jobs (job),
    first TEXT NOT NULL,
    last TEXT NOT NULL,
    count INTEGER NOT NULL,
    reason TEXT NOT NULL,
    told_by TEXT,
    PRIMARY KEY (job, first, last)
) STRICT, WITHOUT ROWID;

CREATE TABLE clock_jumps (
    at TEXT NOT NULL,
    seconds REAL NOT NULL,
    told_by TEXT,
    PRIMARY KEY (at, seconds)
) STRICT, WITHOUT ROWID;

-- One post to Slack; `record` is JSON, the columns are what is searched by. `changed_at` is when its state was last written.
CREATE TABLE notifications (
    id INTEGER PRIMARY KEY,
    notice TEXT NOT NULL,
    place INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    state TEXT NOT NULL,
    error TEXT,
    changed_at TEXT NOT NULL,
    record TEXT NOT NULL,
    UNIQUE (notice, place)
) STRICT;
CREATE INDEX outbox_in_order ON notifications (priority, created_at, id, due_at, state, notice, place)
    WHERE state NOT IN ('sent', 'refused');
CREATE INDEX outbox_by_due ON notifications (due_at, notice, place) WHERE state NOT IN ('sent', 'refused');
CREATE INDEX outbox_not_sent ON notifications (state, created_at) WHERE state <> 'sent';
CREATE INDEX notifications_by_age ON notifications (created_at);

-- The first post of each notice that is not final: nothing below it may be told before it is.
CREATE VIEW outbox_heads AS
    SELECT * FROM notifications AS post
    WHERE post.state NOT IN ('sent', 'refused')
    AND NOT EXISTS (
        SELECT 1 FROM notifications AS earlier
        WHERE earlier.notice = post.notice AND earlier.place < post.place AND earlier.state NOT IN ('sent', 'refused')
    );

CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    until TEXT NOT NULL
) STRICT, WITHOUT ROWID;
