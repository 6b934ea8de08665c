-- name: InsertJobs :many
-- Stores jobs that are not known, and returns their IDs. Without a holder any server may take the job when it is due.
INSERT INTO zoom_job (id, kind, source, key, header, body, received_at, due_at, holder, next_at)
SELECT j.id, j.kind, j.source, j.key, j.header, j.body, j.received_at, j.due_at, j.holder,
    CASE WHEN j.holder = '' THEN j.due_at ELSE now() + make_interval(secs => sqlc.arg(lease_seconds)::double precision) END
FROM (
    SELECT unnest(sqlc.arg(ids)::text[]) AS id, unnest(sqlc.arg(kinds)::text[]) AS kind, unnest(sqlc.arg(sources)::text[]) AS source,
        unnest(sqlc.arg(keys)::text[]) AS key, unnest(sqlc.arg(headers)::text[]) AS header, unnest(sqlc.arg(bodies)::bytea[]) AS body,
        unnest(sqlc.arg(received)::timestamptz[]) AS received_at, unnest(sqlc.arg(due)::timestamptz[]) AS due_at,
        unnest(sqlc.arg(holders)::text[]) AS holder
) AS j
ON CONFLICT (id) DO NOTHING
RETURNING id;

-- name: TakeJobs :many
-- Leases jobs that are due and leased to no one to the holder, those that have been due longest first. A holder that is replaced has let its
-- lease run out: that counts as a crash the first time, and afterwards if it had begun to handle the job.
WITH due AS (
    SELECT id, next_at, received_at, octet_length(body) AS size FROM zoom_job
    WHERE finished_at IS NULL AND next_at <= now()
        AND (sqlc.arg(one_source)::text = '' OR source = sqlc.arg(one_source)::text) AND source <> ALL(sqlc.arg(other_sources)::text[])
    ORDER BY next_at, received_at
    LIMIT sqlc.arg(most)::bigint
    FOR UPDATE SKIP LOCKED
), fitting AS (
    SELECT id, next_at, sum(size) OVER (ORDER BY next_at, received_at, id) - size AS size_before FROM due
)
UPDATE zoom_job AS j SET
    holder = sqlc.arg(holder)::text, started = false, next_at = now() + make_interval(secs => sqlc.arg(lease_seconds)::double precision),
    crashes = CASE WHEN j.holder <> '' AND (j.crashes = 0 OR j.started) THEN j.crashes + 1 ELSE j.crashes END
FROM fitting
WHERE j.id = fitting.id AND fitting.size_before < sqlc.arg(bytes)::bigint
RETURNING j.id, j.kind, j.source, j.key, j.header, j.body, j.received_at, j.due_at, j.attempts, j.crashes, fitting.next_at AS was_due_at;

-- name: StartJob :execrows
UPDATE zoom_job SET started = true WHERE id = sqlc.arg(id)::text AND holder = sqlc.arg(holder)::text AND finished_at IS NULL;

-- name: RenewJobs :many
UPDATE zoom_job SET next_at = now() + make_interval(secs => sqlc.arg(lease_seconds)::double precision)
WHERE id = ANY(sqlc.arg(ids)::text[]) AND holder = sqlc.arg(holder)::text AND finished_at IS NULL
RETURNING id;

-- name: FinishJobs :exec
-- Committed without waiting for the disk: a job whose end is lost is handled once more.
WITH finished AS (
    UPDATE zoom_job AS j SET
        finished_at = now(), result = f.result, attempts = f.attempts, key = '', header = '', body = '', holder = ''
    FROM (
        SELECT unnest(sqlc.arg(ids)::text[]) AS id, unnest(sqlc.arg(results)::text[]) AS result, unnest(sqlc.arg(attempts)::integer[]) AS attempts
    ) AS f
    WHERE j.id = f.id AND j.holder = sqlc.arg(holder)::text AND j.finished_at IS NULL
)
SELECT set_config('synchronous_commit', 'off', true);

-- name: ReleaseJobs :exec
UPDATE zoom_job AS j SET
    holder = '', next_at = now() + make_interval(secs => r.wait_seconds), attempts = r.attempts, crashes = r.crashes
FROM (
    SELECT unnest(sqlc.arg(ids)::text[]) AS id, unnest(sqlc.arg(wait_seconds)::double precision[]) AS wait_seconds,
        unnest(sqlc.arg(attempts)::integer[]) AS attempts, unnest(sqlc.arg(crashes)::integer[]) AS crashes
) AS r
WHERE j.id = r.id AND j.holder = sqlc.arg(holder)::text AND j.finished_at IS NULL;

-- name: WaitingJobs :many
-- What is due or has failed and is leased to no one, by source.
SELECT source, count(*)::bigint AS jobs, sum(octet_length(body))::bigint AS bytes FROM zoom_job
WHERE finished_at IS NULL AND holder = '' AND due_at <= now()
GROUP BY source;

-- name: PruneJobs :execrows
DELETE FROM zoom_job WHERE id = ANY(ARRAY(
    SELECT old.id FROM zoom_job AS old WHERE old.finished_at < now() - make_interval(secs => sqlc.arg(kept_seconds)::double precision)
    ORDER BY old.finished_at LIMIT sqlc.arg(most)::bigint FOR UPDATE SKIP LOCKED
));
