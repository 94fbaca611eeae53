-- Rooms; see rooms_store.py. A file of an earlier server keeps its rows.
CREATE TABLE IF NOT EXISTS rooms (
    id TEXT PRIMARY KEY, client TEXT NOT NULL, setup TEXT NOT NULL, key TEXT NOT NULL, job TEXT,
    over INTEGER NOT NULL DEFAULT 0, made REAL NOT NULL, expires REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS seats (
    room TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE, seat TEXT NOT NULL, hash BLOB NOT NULL, gone REAL,
    PRIMARY KEY (room, seat)
);
CREATE TABLE IF NOT EXISTS moves (
    room TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE, number INTEGER NOT NULL, move TEXT NOT NULL,
    idempotency TEXT, sent TEXT, at REAL NOT NULL, PRIMARY KEY (room, number)
);
CREATE UNIQUE INDEX IF NOT EXISTS moves_once ON moves (room, idempotency) WHERE idempotency IS NOT NULL;
CREATE INDEX IF NOT EXISTS rooms_by_key ON rooms (key, made);
CREATE INDEX IF NOT EXISTS rooms_by_end ON rooms (expires);
