-- The queue; see jobs.py. A file of an earlier server keeps its rows.
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, client TEXT NOT NULL, kind TEXT NOT NULL, request TEXT NOT NULL, key TEXT NOT NULL,
    status TEXT NOT NULL, progress REAL NOT NULL DEFAULT 0, message TEXT NOT NULL DEFAULT '', error TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, worker TEXT, cancel INTEGER NOT NULL DEFAULT 0,
    created REAL NOT NULL, started REAL, finished REAL
);
CREATE INDEX IF NOT EXISTS jobs_by_status ON jobs (status, created);
CREATE INDEX IF NOT EXISTS jobs_by_key ON jobs (key);
CREATE INDEX IF NOT EXISTS jobs_by_client ON jobs (client, started);

-- [one]
SELECT * FROM jobs WHERE id = ?;

-- [waiting] or running: of a client, of all
SELECT COALESCE(SUM(client = ?), 0), COUNT(*) FROM jobs WHERE status IN ('queued', 'running');

-- [add]
INSERT INTO jobs (id, client, kind, request, key, status, progress, created, finished) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- [cancel_waiting]
UPDATE jobs SET status = 'cancelled', finished = ?, cancel = 1 WHERE id = ? AND status = 'queued';

-- [cancel_running]
UPDATE jobs SET cancel = 1 WHERE id = ? AND status = 'running';

-- [counts]
SELECT status, COUNT(*) FROM jobs GROUP BY status;

-- [next] whose turn it is; SQLite sorts clients without a start (no date) first
SELECT id FROM (
    SELECT id, created, rowid AS age,
        (SELECT COUNT(*) FROM jobs r WHERE r.client = q.client AND r.status = 'running') AS running,
        (SELECT MAX(started) FROM jobs s WHERE s.client = q.client) AS latest
    FROM jobs q WHERE status = 'queued' AND key NOT IN (SELECT key FROM jobs WHERE status = 'running'))
WHERE running < :share ORDER BY running, latest, created, age LIMIT 1;

-- [claim]
UPDATE jobs SET status = 'running', worker = ?, started = ?, progress = 0, message = '', attempts = attempts + 1 WHERE id = ?;

-- [report]
UPDATE jobs SET progress = ?, message = ? WHERE id = ? AND worker = ? AND status = 'running';

-- [finish]
UPDATE jobs SET status = ?, error = ?, finished = ?, progress = CASE WHEN ? = 'done' THEN 1 ELSE progress END, message = ''
WHERE id = ? AND worker = ? AND status = 'running';

-- [wants_cancel]
SELECT cancel FROM jobs WHERE id = ?;

-- [end_cancelled] what a worker (all, if NULL) was running
UPDATE jobs SET status = 'cancelled', finished = :now
WHERE status = 'running' AND cancel = 1 AND (:worker IS NULL OR worker = :worker);

-- [end_failed]
UPDATE jobs SET status = 'failed', finished = :now, error = :told
WHERE status = 'running' AND attempts >= :attempts AND (:worker IS NULL OR worker = :worker);

-- [queue_again]
UPDATE jobs SET status = 'queued', worker = NULL, progress = 0, message = ''
WHERE status = 'running' AND (:worker IS NULL OR worker = :worker);

-- [forget]
DELETE FROM jobs WHERE status NOT IN ('queued', 'running') AND finished < ?;
