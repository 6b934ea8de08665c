-- name: AddEntries :exec
-- The channels of a line are separated by line breaks.
INSERT INTO zoom_entry (connection, at, channels, first, result, event, proof, old, count, record)
SELECT line.connection, line.at, CASE WHEN line.everyone THEN NULL ELSE string_to_array(line.channels, E'\n') END, line.first, line.result,
    line.event, line.proof, line.old, line.count, line.record
FROM (
    SELECT unnest(sqlc.arg(connections)::text[]) AS connection, unnest(sqlc.arg(times)::timestamptz[]) AS at,
        unnest(sqlc.arg(everyone)::boolean[]) AS everyone, unnest(sqlc.arg(channels)::text[]) AS channels,
        unnest(sqlc.arg(first)::boolean[]) AS first, unnest(sqlc.arg(results)::text[]) AS result, unnest(sqlc.arg(events)::text[]) AS event,
        unnest(sqlc.arg(proofs)::text[]) AS proof, unnest(sqlc.arg(old)::boolean[]) AS old, unnest(sqlc.arg(counts)::integer[]) AS count,
        unnest(sqlc.arg(records)::text[]) AS record
) AS line;

-- name: Entries :many
-- The latest lines of each connection that the channel may see, the newest first.
SELECT wanted.connection::text AS connection, e.at, e.result, e.event, e.proof, e.old, e.count, e.record
FROM (SELECT unnest(sqlc.arg(connections)::text[]) AS connection) AS wanted
CROSS JOIN LATERAL (
    SELECT * FROM zoom_entry l
    WHERE l.connection = wanted.connection
        AND l.at >= sqlc.arg(since)::timestamptz AND l.at < sqlc.arg(before)::timestamptz
        AND (l.channels IS NULL OR sqlc.arg(channel)::text = ANY(l.channels))
        AND (cardinality(sqlc.arg(results)::text[]) = 0 OR l.result = ANY(sqlc.arg(results)::text[]))
        AND (sqlc.arg(event)::text = '' OR l.event = sqlc.arg(event)::text)
    ORDER BY l.at DESC, l.id DESC
    LIMIT sqlc.arg(most)::bigint
) AS e
ORDER BY wanted.connection, e.at DESC, e.id DESC;

-- name: LogSummaries :many
-- What the last twenty lines of each connection say, for all channels together.
SELECT wanted.connection::text AS connection, e.at, e.old, e.proof
FROM (SELECT unnest(sqlc.arg(connections)::text[]) AS connection) AS wanted
CROSS JOIN LATERAL (
    SELECT l.at, l.id, l.old, l.proof FROM zoom_entry l WHERE l.connection = wanted.connection ORDER BY l.at DESC, l.id DESC LIMIT 20
) AS e
ORDER BY wanted.connection, e.at DESC, e.id DESC;

-- name: ConnectionsWithOldEntries :many
SELECT c.id FROM zoom_connection c
WHERE EXISTS (SELECT 1 FROM zoom_entry e WHERE e.connection = c.id AND e.at < now() - interval '72 hours');

-- name: PruneEntries :execrows
-- Removes lines of these connections that are older than 72 hours, but for the last twenty of each. OFFSET 0 has each connection's lines
-- looked up by index, whatever the database expects of the table.
DELETE FROM zoom_entry WHERE ctid = ANY(ARRAY(
    SELECT gone.ctid
    FROM (SELECT unnest(sqlc.arg(connections)::text[]) AS connection) AS listed
    CROSS JOIN LATERAL (
        SELECT n.at FROM zoom_entry n WHERE n.connection = listed.connection ORDER BY n.at DESC, n.id DESC OFFSET 19 LIMIT 1
    ) AS twentieth
    CROSS JOIN LATERAL (
        SELECT e.ctid FROM zoom_entry e WHERE e.connection = listed.connection AND e.at < least(twentieth.at, now() - interval '72 hours') OFFSET 0
    ) AS gone
));

-- name: PruneEndedEntries :execrows
-- Removes what is older than 180 days, and what is older than 72 hours of connections that have ended, some at a time.
DELETE FROM zoom_entry WHERE ctid = ANY(ARRAY(
    SELECT e.ctid FROM zoom_entry e
    WHERE e.at < now() - interval '72 hours'
        AND (e.at < now() - interval '180 days' OR NOT EXISTS (SELECT 1 FROM zoom_connection c WHERE c.id = e.connection))
    LIMIT 10000
));
