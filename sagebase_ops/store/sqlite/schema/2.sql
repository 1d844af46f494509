-- One continuing problem; `record` is JSON, the columns are what is searched by. `version` rises with each write, and a write
-- names the version that it was decided upon. `resolved_at` stands there while it is resolved only. `shared` names the message.
CREATE TABLE incidents (
    id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    project TEXT NOT NULL,
    "check" TEXT NOT NULL,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    shared TEXT NOT NULL,
    opened_at TEXT,
    resolved_at TEXT,
    version INTEGER NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX incidents_one_live_per_fingerprint ON incidents (project, "check", name, target)
    WHERE state <> 'resolved';
CREATE INDEX incidents_by_opening ON incidents (state = 'resolved', opened_at DESC) WHERE opened_at IS NOT NULL;
CREATE INDEX incidents_by_resolve ON incidents (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX incidents_by_message ON incidents (shared, state);

-- `until` is when it ended or ends, also where a person lifted it before its time.
CREATE TABLE silences (
    id TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    record TEXT NOT NULL
) STRICT;
CREATE INDEX silences_by_end ON silences (until);

-- What a person did, once each: the same words of the same moment are the same thing, told again.
CREATE TABLE audit (
    at TEXT NOT NULL,
    by TEXT NOT NULL,
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    via TEXT NOT NULL,
    UNIQUE (at, by, what, subject, detail, via)
) STRICT;

-- Presses and steps that were decided, by name.
CREATE TABLE decided (
    once TEXT PRIMARY KEY,
    at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decided_by_age ON decided (at);

-- So that the end of a notice is known for an edit without reading its record.
ALTER TABLE notifications ADD COLUMN action TEXT NOT NULL DEFAULT 'post';
