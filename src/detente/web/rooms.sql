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

-- [counts]
SELECT (SELECT COUNT(*) FROM rooms) AS rooms, (SELECT COUNT(*) FROM moves) AS moves;

-- [add]
INSERT INTO rooms (id, client, setup, key, job, made, expires) VALUES (?, ?, ?, ?, ?, ?, ?);

-- [seat]
INSERT INTO seats (room, seat, hash) VALUES (?, ?, ?);

-- [one] that is not forgotten yet
SELECT * FROM rooms WHERE id = ? AND expires > ?;

-- [seats]
SELECT seat, gone FROM seats WHERE room = ? ORDER BY rowid;

-- [number] of moves
SELECT COUNT(*) FROM moves WHERE room = ?;

-- [newest_job] of rooms with these payoffs
SELECT job FROM rooms WHERE key = ? AND job IS NOT NULL ORDER BY made DESC LIMIT 1;

-- [wait_for]
UPDATE rooms SET job = ? WHERE id = ?;

-- [sweep]
DELETE FROM rooms WHERE expires <= ?;

-- [tokens]
SELECT seat, hash FROM seats WHERE room = ?;

-- [leave]
UPDATE seats SET gone = COALESCE(gone, ?) WHERE room = ? AND seat = ?;

-- [move]
INSERT INTO moves (room, number, move, idempotency, sent, at) VALUES (?, ?, ?, ?, ?, ?);

-- [moved]
UPDATE rooms SET expires = ?, over = MAX(over, ?) WHERE id = ?;

-- [moves]
SELECT move FROM moves WHERE room = ? ORDER BY number;

-- [sent] under an idempotency key
SELECT sent FROM moves WHERE room = ? AND idempotency = ?;
