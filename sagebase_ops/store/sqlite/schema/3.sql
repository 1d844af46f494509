-- `packed` is the record in zlib; where it stands, `record` only tells older code that it cannot read it. Older code, while it
-- still runs beside this, writes `record` alone. `seen` and `stays` are what decides on whether an old run stays; where they
-- are NULL the record says it. They stand before `packed`, so that a sweep reads no further.
ALTER TABLE runs ADD COLUMN seen TEXT;
ALTER TABLE runs ADD COLUMN stays INTEGER;
ALTER TABLE runs ADD COLUMN packed BLOB;
