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
-- What the last twenty lines of each connection say, whoever may see them.
SELECT wanted.connection::text AS connection, e.at, e.old, e.proof
FROM (SELECT unnest(sqlc.arg(connections)::text[]) AS connection) AS wanted
CROSS JOIN LATERAL (
    SELECT l.at, l.id, l.old, l.proof FROM zoom_entry l WHERE l.connection = wanted.connection ORDER BY l.at DESC, l.id DESC LIMIT 20
) AS e
ORDER BY wanted.connection, e.at DESC, e.id DESC;

-- name: PruneEntries :execrows
-- Removes what is too old, but for the last twenty lines of a connection, which are kept longer; and what is left of connections that ended.
DELETE FROM zoom_entry gone
USING (
    SELECT o.connection, o.at, o.id FROM zoom_entry o
    WHERE o.at < now() - interval '72 hours'
        AND (o.at < now() - interval '180 days'
            OR NOT EXISTS (SELECT 1 FROM zoom_connection c WHERE c.id = o.connection)
            OR (SELECT count(*) FROM (
                SELECT 1 FROM zoom_entry n WHERE n.connection = o.connection AND (n.at, n.id) > (o.at, o.id) ORDER BY n.at, n.id LIMIT 20
            ) AS newer) = 20)
    LIMIT 1000
) AS old
WHERE gone.connection = old.connection AND gone.at = old.at AND gone.id = old.id;
