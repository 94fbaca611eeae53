-- The index of a store; see store.py.
CREATE TABLE IF NOT EXISTS files (
    key TEXT PRIMARY KEY, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, kind TEXT NOT NULL, note TEXT NOT NULL
) WITHOUT ROWID;

-- [put]
INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?);

-- [digest]
SELECT sha256 FROM files WHERE key = ?;

-- [there]
SELECT 1 FROM files WHERE key = ?;

-- [listed]
SELECT key, kind, note FROM files ORDER BY key;

-- [lost]
DELETE FROM files WHERE key = ?;
