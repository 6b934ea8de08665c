-- Hold, save and the change of a series are committed without waiting for the disk. That loses nothing: the log of the database is written in
-- order, so whatever survives a crash and came after one of them (a post, the end of a job) proves that it survived, too.

-- name: Subject :one
SELECT body FROM zoom_subject WHERE id = sqlc.arg(id)::text AND body <> '';

-- name: HoldSubjects :many
-- Claims subjects that no other server holds. Rows are locked in the order of their IDs, so that two servers can't wait for each other.
WITH claim AS (
    SELECT unnest(sqlc.arg(ids)::text[]) AS id, unnest(sqlc.arg(connections)::text[]) AS connection, unnest(sqlc.arg(holders)::text[]) AS holder,
        unnest(sqlc.arg(events)::text[]) AS events, unnest(sqlc.arg(existing)::boolean[]) AS existing
), held AS (
    INSERT INTO zoom_subject AS s (id, connection, holder, held_since, held_until, events, expires_on)
    SELECT c.id, c.connection, c.holder, now(), now() + make_interval(secs => sqlc.arg(hold_seconds)::double precision), c.events,
        current_date + sqlc.arg(kept_days)::integer
    FROM claim c
    WHERE NOT c.existing OR EXISTS (SELECT FROM zoom_subject known WHERE known.id = c.id)
    ORDER BY c.id
    ON CONFLICT (id) DO UPDATE SET
        number = s.number + 1, holder = excluded.holder, held_until = excluded.held_until,
        held_since = CASE WHEN s.holder = '' AND NOT s.taken_over THEN excluded.held_since ELSE s.held_since END,
        taken_over = s.taken_over OR s.holder <> '',
        doubtful = CASE WHEN s.holder = '' THEN s.doubtful ELSE trim(s.doubtful || ' ' || s.events) END,
        events = excluded.events
    WHERE s.holder = '' OR s.holder = excluded.holder OR s.held_until < now()
    RETURNING s.id, s.body, s.number, s.taken_over, s.held_since, s.doubtful
)
SELECT c.id::text AS id, (h.id IS NOT NULL)::boolean AS held,
    (NOT c.existing OR EXISTS (SELECT FROM zoom_subject known WHERE known.id = c.id))::boolean AS known,
    coalesce(h.body, '')::text AS body, coalesce(h.number, 0)::bigint AS number, coalesce(h.taken_over, false)::boolean AS taken_over,
    coalesce(h.held_since, now())::timestamptz AS held_since, coalesce(h.doubtful, '')::text AS doubtful
FROM claim c LEFT JOIN held h ON h.id = c.id CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried;

-- name: SaveSubjects :many
-- Writes held subjects with their cards and further names, and returns the IDs of those that were still held.
WITH save AS (
    SELECT unnest(sqlc.arg(ids)::text[]) AS id, unnest(sqlc.arg(numbers)::bigint[]) AS number, unnest(sqlc.arg(bodies)::text[]) AS body,
        unnest(sqlc.arg(unchanged)::boolean[]) AS unchanged, unnest(sqlc.arg(kept)::boolean[]) AS kept, unnest(sqlc.arg(days)::integer[]) AS days
), locked AS (
    SELECT s.id FROM zoom_subject s JOIN save w ON w.id = s.id
    WHERE s.number = w.number AND s.holder <> ''
    ORDER BY s.id FOR UPDATE OF s
), saved AS (
    UPDATE zoom_subject s SET
        body = CASE WHEN w.unchanged THEN s.body ELSE w.body END,
        doubtful = CASE WHEN w.unchanged THEN s.doubtful ELSE '' END,
        taken_over = w.unchanged AND s.taken_over,
        expires_on = CASE WHEN w.unchanged THEN s.expires_on ELSE current_date + w.days END,
        holder = CASE WHEN w.kept THEN s.holder ELSE '' END,
        events = CASE WHEN w.kept THEN s.events ELSE '' END
    FROM save w JOIN locked l ON l.id = w.id
    WHERE s.id = w.id AND s.number = w.number AND s.holder <> ''
    RETURNING s.id, s.connection
), named AS (
    INSERT INTO zoom_alias (id, connection, subject, expires_on)
    SELECT a.id, saved.connection, a.subject, current_date + sqlc.arg(alias_days)::integer
    FROM (SELECT unnest(sqlc.arg(alias_of)::text[]) AS of, unnest(sqlc.arg(alias_ids)::text[]) AS id, unnest(sqlc.arg(alias_subjects)::text[]) AS subject) a
    JOIN saved ON saved.id = a.of
    ORDER BY a.id
    ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, expires_on = excluded.expires_on
), carded AS (
    INSERT INTO zoom_card (surface, message, channel, connection, body, open, expires_on)
    SELECT c.surface, c.message, c.channel, saved.connection, c.body, c.open, current_date + sqlc.arg(card_days)::integer
    FROM (SELECT unnest(sqlc.arg(card_of)::text[]) AS of, unnest(sqlc.arg(card_surfaces)::text[]) AS surface, unnest(sqlc.arg(card_messages)::text[]) AS message,
        unnest(sqlc.arg(card_channels)::text[]) AS channel, unnest(sqlc.arg(card_bodies)::text[]) AS body, unnest(sqlc.arg(card_open)::boolean[]) AS open) c
    JOIN saved ON saved.id = c.of
    ORDER BY c.surface, c.message
    ON CONFLICT (surface, message) DO UPDATE SET body = excluded.body, open = excluded.open, expires_on = excluded.expires_on
), closed AS (
    UPDATE zoom_card SET open = false
    FROM (SELECT unnest(sqlc.arg(closed_of)::text[]) AS of, unnest(sqlc.arg(closed_surfaces)::text[]) AS surface, unnest(sqlc.arg(closed_messages)::text[]) AS message) c
    JOIN saved ON saved.id = c.of
    WHERE zoom_card.surface = c.surface AND zoom_card.message = c.message AND zoom_card.open
)
SELECT id FROM saved CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried;

-- name: Series :one
SELECT state, version FROM zoom_series WHERE id = sqlc.arg(id)::text;

-- name: SaveSeries :many
-- Writes series that nobody has changed since they were read, and returns them.
WITH saved AS (
    INSERT INTO zoom_series AS s (id, connection, state, expires_on)
    SELECT w.id, w.connection, w.state, current_date + sqlc.arg(days)::integer
    FROM (SELECT unnest(sqlc.arg(ids)::text[]) AS id, unnest(sqlc.arg(connections)::text[]) AS connection, unnest(sqlc.arg(states)::text[]) AS state,
        unnest(sqlc.arg(versions)::bigint[]) AS version) w
    WHERE w.version = 0 OR EXISTS (SELECT FROM zoom_series known WHERE known.id = w.id)
    ORDER BY w.id
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = s.version + 1, expires_on = excluded.expires_on
        WHERE s.version = (
            SELECT v.version FROM (SELECT unnest(sqlc.arg(ids)::text[]) AS id, unnest(sqlc.arg(versions)::bigint[]) AS version) v WHERE v.id = s.id
        )
    RETURNING s.id
)
SELECT id FROM saved CROSS JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried;

-- name: Alias :one
SELECT subject FROM zoom_alias WHERE id = sqlc.arg(id)::text;

-- name: SetAlias :exec
INSERT INTO zoom_alias (id, connection, subject, expires_on)
VALUES (sqlc.arg(id)::text, sqlc.arg(connection)::text, sqlc.arg(subject)::text, current_date + sqlc.arg(days)::integer)
ON CONFLICT (id) DO UPDATE SET subject = excluded.subject, expires_on = excluded.expires_on;

-- name: CardOfMessage :one
SELECT body, open FROM zoom_card WHERE surface = sqlc.arg(surface)::text AND message = sqlc.arg(message)::text;

-- name: OpenCards :many
SELECT body FROM zoom_card
WHERE surface = sqlc.arg(surface)::text AND channel = sqlc.arg(channel)::text AND open
ORDER BY posted_at DESC LIMIT sqlc.arg(most)::integer;

-- name: CloseCard :exec
UPDATE zoom_card SET open = false WHERE surface = sqlc.arg(surface)::text AND message = sqlc.arg(message)::text AND open;

-- name: PruneSubjects :execrows
DELETE FROM zoom_subject WHERE id IN (
    SELECT s.id FROM zoom_subject s WHERE s.expires_on < current_date AND (s.holder = '' OR s.held_until < now()) LIMIT sqlc.arg(most)::integer
);

-- name: PruneSeries :execrows
DELETE FROM zoom_series WHERE id IN (SELECT s.id FROM zoom_series s WHERE s.expires_on < current_date LIMIT sqlc.arg(most)::integer);

-- name: PruneAliases :execrows
DELETE FROM zoom_alias WHERE id IN (SELECT a.id FROM zoom_alias a WHERE a.expires_on < current_date LIMIT sqlc.arg(most)::integer);

-- name: PruneCards :execrows
DELETE FROM zoom_card WHERE (surface, message) IN (
    SELECT c.surface, c.message FROM zoom_card c WHERE c.expires_on < current_date LIMIT sqlc.arg(most)::integer
);
