-- name: Connection :one
-- A connection with its subscriptions, as a JSON array.
SELECT c.record, c.sealed,
    (SELECT coalesce(string_agg(s.record, ',' ORDER BY s.seq), '') FROM zoom_subscription s WHERE s.connection = c.id)::text AS subscriptions
FROM zoom_connection c
WHERE c.id = sqlc.arg(id)::text;

-- name: FollowedConnections :many
-- The connections that any of the channels follows, in the order in which the channels subscribed first.
SELECT c.record, c.sealed,
    (SELECT coalesce(string_agg(s.record, ',' ORDER BY s.seq), '') FROM zoom_subscription s WHERE s.connection = c.id)::text AS subscriptions
FROM (
    SELECT s.connection, min(s.seq) AS first
    FROM (SELECT unnest(sqlc.arg(surfaces)::text[]) AS surface, unnest(sqlc.arg(channels)::text[]) AS channel) AS place
    JOIN zoom_subscription s ON s.surface = place.surface AND s.channel = place.channel
    GROUP BY s.connection
) AS followed
JOIN zoom_connection c ON c.id = followed.connection
WHERE sqlc.arg(provider)::text = '' OR c.provider = sqlc.arg(provider)::text
ORDER BY followed.first;

-- name: NamedConnections :many
SELECT c.record, c.sealed,
    (SELECT coalesce(string_agg(s.record, ',' ORDER BY s.seq), '') FROM zoom_subscription s WHERE s.connection = c.id)::text AS subscriptions
FROM zoom_connection c
WHERE c.provider = sqlc.arg(provider)::text AND c.name_key = sqlc.arg(name_key)::text
ORDER BY c.id
LIMIT sqlc.arg(most)::bigint;

-- name: LockConnection :one
SELECT record, sealed FROM zoom_connection WHERE id = sqlc.arg(id)::text FOR UPDATE;

-- name: LockConnectionID :exec
-- Keeps two transactions from making the same connection.
SELECT pg_advisory_xact_lock(hashtextextended('zoom_connection ' || sqlc.arg(id)::text, 0));

-- name: SubscriptionsOf :many
SELECT id, record FROM zoom_subscription WHERE connection = sqlc.arg(connection)::text ORDER BY seq;

-- name: PutConnection :exec
INSERT INTO zoom_connection (id, provider, site, name, name_key, created_by, created_at, sealed, record)
VALUES (
    sqlc.arg(id)::text, sqlc.arg(provider)::text, sqlc.arg(site)::text, sqlc.arg(name)::text, sqlc.arg(name_key)::text,
    sqlc.arg(created_by)::text, sqlc.arg(created_at)::timestamptz, sqlc.arg(sealed)::text, sqlc.arg(record)::text
)
ON CONFLICT (id) DO UPDATE SET provider = excluded.provider, site = excluded.site, name = excluded.name, name_key = excluded.name_key,
    created_by = excluded.created_by, created_at = excluded.created_at, sealed = excluded.sealed, record = excluded.record;

-- name: PutSubscriptions :exec
INSERT INTO zoom_subscription (connection, id, surface, channel, record)
SELECT sqlc.arg(connection)::text, unnest(sqlc.arg(ids)::text[]), unnest(sqlc.arg(surfaces)::text[]), unnest(sqlc.arg(channels)::text[]),
    unnest(sqlc.arg(records)::text[])
ON CONFLICT (connection, id) DO UPDATE SET surface = excluded.surface, channel = excluded.channel, record = excluded.record;

-- name: DropSubscriptions :exec
DELETE FROM zoom_subscription WHERE connection = sqlc.arg(connection)::text AND id = ANY(sqlc.arg(ids)::text[]);

-- name: DropConnection :exec
-- Its subscriptions go along.
DELETE FROM zoom_connection WHERE id = sqlc.arg(id)::text;

-- name: ConnectionsNotSealedWith :many
SELECT id FROM zoom_connection WHERE sealed <> '' AND NOT starts_with(sealed, sqlc.arg(prefix)::text) ORDER BY id;

-- name: OverviewPage :many
-- A page of all connections with their latest deliveries, and how many there are of them. The pattern is one of LIKE.
SELECT c.record, c.sealed,
    (SELECT coalesce(string_agg(s.record, ',' ORDER BY s.seq), '') FROM zoom_subscription s WHERE s.connection = c.id)::text AS subscriptions,
    page.total::bigint AS total, coalesce(latest.at, 'epoch')::timestamptz AS last, coalesce(latest.result, '')::text AS result,
    (SELECT coalesce(sum(e.count), 0) FROM zoom_entry e
        WHERE e.connection = c.id AND e.at > sqlc.arg(failed_since)::timestamptz AND e.first AND e.result IN ('refused', 'unreadable', 'failed'))::bigint AS failures
FROM (
    SELECT o.id, count(*) OVER () AS total FROM zoom_connection o
    WHERE (sqlc.arg(pattern)::text = '' OR o.provider || ' ' || o.name_key || ' ' || o.site LIKE sqlc.arg(pattern)::text)
        AND (NOT sqlc.arg(failing)::boolean OR EXISTS (SELECT 1 FROM zoom_entry e
            WHERE e.connection = o.id AND e.at > sqlc.arg(failed_since)::timestamptz AND e.first AND e.result IN ('refused', 'unreadable', 'failed')))
    ORDER BY o.provider, o.name_key, o.id
    LIMIT sqlc.arg(most)::bigint OFFSET sqlc.arg(skip)::bigint
) AS page
JOIN zoom_connection c ON c.id = page.id
LEFT JOIN LATERAL (
    SELECT e.at, e.result FROM zoom_entry e WHERE e.connection = c.id AND e.first ORDER BY e.at DESC, e.id DESC LIMIT 1
) AS latest ON true
ORDER BY c.provider, c.name_key, c.id;

-- name: Claim :execrows
-- Takes the key for a time, unless it is taken.
INSERT INTO zoom_claim (key, expires_at)
VALUES (sqlc.arg(key)::text, now() + make_interval(secs => sqlc.arg(keep_seconds)::double precision))
ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at WHERE zoom_claim.expires_at <= now();

-- name: PruneClaims :execrows
DELETE FROM zoom_claim WHERE key IN (SELECT key FROM zoom_claim WHERE expires_at <= now() LIMIT 1000);

-- name: Rotations :many
SELECT record FROM zoom_rotation WHERE provider = sqlc.arg(provider)::text ORDER BY seq;

-- name: RotationsIn :many
SELECT record FROM zoom_rotation
WHERE provider = sqlc.arg(provider)::text AND surface = sqlc.arg(surface)::text AND channel = sqlc.arg(channel)::text
ORDER BY seq;

-- name: Rotation :one
SELECT record FROM zoom_rotation WHERE provider = sqlc.arg(provider)::text AND id = sqlc.arg(id)::text;

-- name: AddRotation :execrows
-- Adds a rotation, unless the channel has so many of the provider.
INSERT INTO zoom_rotation (id, provider, surface, channel, record)
SELECT sqlc.arg(id)::text, sqlc.arg(provider)::text, sqlc.arg(surface)::text, sqlc.arg(channel)::text, sqlc.arg(record)::text
WHERE (SELECT count(*) FROM zoom_rotation r
    WHERE r.provider = sqlc.arg(provider)::text AND r.surface = sqlc.arg(surface)::text AND r.channel = sqlc.arg(channel)::text) < sqlc.arg(most)::bigint;

-- name: DropRotation :exec
DELETE FROM zoom_rotation WHERE provider = sqlc.arg(provider)::text AND id = sqlc.arg(id)::text;
