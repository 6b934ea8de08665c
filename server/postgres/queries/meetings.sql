-- name: BeginStart :one
-- What a start needs to know, and its reservation, in one statement.
WITH known AS (
    SELECT choice, CASE WHEN personal_until > now() THEN personal_number ELSE '' END AS personal_number
    FROM zoom_meeting_person WHERE person = sqlc.arg(person)::text
), wanted AS (
    SELECT coalesce(nullif(sqlc.arg(choice)::text, ''), (SELECT nullif(choice, '') FROM known), 'unique') AS choice
), running AS (
    SELECT p.* FROM zoom_meeting_post p
    WHERE p.surface = sqlc.arg(surface)::text AND p.channel = sqlc.arg(channel)::text AND p.open_until > now()
        AND NOT sqlc.arg(another)::boolean
    ORDER BY p.posted_at DESC LIMIT 1
), abandoned AS (
    SELECT s.ticket, s.creator, s.person, s.begun_at FROM zoom_meeting_start s
    WHERE s.surface = sqlc.arg(surface)::text AND s.channel = sqlc.arg(channel)::text
        AND s.slot = CASE WHEN sqlc.arg(another)::boolean THEN sqlc.arg(creator)::text ELSE '' END AND s.until <= now()
), reserved AS (
    INSERT INTO zoom_meeting_start AS held (surface, channel, slot, ticket, creator, person, until)
    SELECT sqlc.arg(surface)::text, sqlc.arg(channel)::text,
        CASE WHEN sqlc.arg(another)::boolean THEN sqlc.arg(creator)::text ELSE '' END,
        sqlc.arg(ticket)::text, sqlc.arg(creator)::text, sqlc.arg(person)::text, now() + make_interval(secs => sqlc.arg(seconds)::double precision)
    FROM wanted
    WHERE wanted.choice <> 'ask' AND NOT EXISTS (SELECT 1 FROM running) AND NOT EXISTS (
        SELECT 1 FROM zoom_meeting_start s
        WHERE s.surface = sqlc.arg(surface)::text AND s.channel = sqlc.arg(channel)::text AND s.until > now()
            AND (NOT sqlc.arg(another)::boolean OR s.creator = sqlc.arg(creator)::text)
    )
    ON CONFLICT (surface, channel, slot) DO UPDATE SET ticket = excluded.ticket, creator = excluded.creator, person = excluded.person,
        begun_at = excluded.begun_at, until = excluded.until
    WHERE held.until <= now()
    RETURNING held.ticket
)
SELECT wanted.choice::text AS choice, coalesce((SELECT personal_number FROM known), '')::text AS personal_number,
    EXISTS (SELECT 1 FROM reserved)::boolean AS reserved,
    coalesce((
        SELECT sealed FROM zoom_grant WHERE provider = 'zoom' AND site = '' AND name = sqlc.arg(grant_name)::text
    ), '')::text AS sealed_grant,
    coalesce(running.message, '')::text AS message, coalesce(running.thread, '')::text AS thread,
    coalesce(running.meeting, '')::text AS meeting, coalesce(running.join_url, '')::text AS join_url,
    coalesce(running.topic, '')::text AS topic, coalesce(running.creator, '')::text AS creator,
    coalesce(running.person, '')::text AS person, coalesce(running.posted_at, 'epoch')::timestamptz AS posted_at,
    coalesce(abandoned.ticket, '')::text AS abandoned_ticket, coalesce(abandoned.creator, '')::text AS abandoned_creator,
    coalesce(abandoned.person, '')::text AS abandoned_person, coalesce(abandoned.begun_at, 'epoch')::timestamptz AS abandoned_at
FROM wanted LEFT JOIN running ON true LEFT JOIN abandoned ON EXISTS (SELECT 1 FROM reserved);

-- name: AbandonedStarts :many
SELECT surface, channel, ticket, creator, person, begun_at FROM zoom_meeting_start WHERE until <= now() ORDER BY until LIMIT sqlc.arg(most)::bigint;

-- name: ReleaseStart :exec
DELETE FROM zoom_meeting_start WHERE ticket = sqlc.arg(ticket)::text;

-- name: AnnounceMeeting :exec
-- The meeting, its post with the IDs that its events may also carry, and the end of its start's reservation, in one statement.
WITH freed AS (
    DELETE FROM zoom_meeting_start WHERE ticket = sqlc.arg(ticket)::text
), meeting AS (
    INSERT INTO zoom_meeting AS m (number, personal) VALUES (sqlc.arg(number)::text, sqlc.arg(personal)::boolean)
    ON CONFLICT (number) DO UPDATE SET personal = m.personal OR excluded.personal, changed_at = now()
), alias AS (
    INSERT INTO zoom_meeting_alias (number, surface, message, until)
    SELECT other, sqlc.arg(surface)::text, sqlc.arg(message)::text, sqlc.arg(alias_until)::timestamptz
    FROM unnest(sqlc.arg(others)::text[]) AS other
    ON CONFLICT (number, surface, message) DO NOTHING
)
INSERT INTO zoom_meeting_post (
    surface, message, channel, thread, meeting, posted_at, creator, person, topic, join_url, host, status, session, started_at, ended_at,
    shown, open_until, recheck_at
) VALUES (
    sqlc.arg(surface)::text, sqlc.arg(message)::text, sqlc.arg(channel)::text, sqlc.arg(thread)::text, sqlc.arg(number)::text,
    sqlc.arg(posted_at)::timestamptz, sqlc.arg(creator)::text, sqlc.arg(person)::text, sqlc.arg(topic)::text, sqlc.arg(join_url)::text,
    sqlc.arg(host)::text, sqlc.arg(status)::text, sqlc.arg(session)::text, sqlc.narg(started_at)::timestamptz,
    sqlc.narg(ended_at)::timestamptz, sqlc.arg(shown)::text, sqlc.narg(open_until)::timestamptz, sqlc.narg(recheck_at)::timestamptz
)
ON CONFLICT (surface, message) DO NOTHING;

-- name: CloseMeeting :exec
UPDATE zoom_meeting_post SET open_until = NULL, changed_at = now()
WHERE surface = sqlc.arg(surface)::text AND message = sqlc.arg(message)::text;

-- name: FindMeeting :many
-- The latest posts of the meeting, and posts of others that the ID is an alias for.
(SELECT sqlc.embed(m), sqlc.embed(p) FROM zoom_meeting m JOIN zoom_meeting_post p ON p.meeting = m.number
WHERE m.number = sqlc.arg(number)::text
ORDER BY p.posted_at DESC LIMIT sqlc.arg(most)::bigint)
UNION ALL
SELECT sqlc.embed(m), sqlc.embed(p) FROM zoom_meeting_alias a
JOIN zoom_meeting_post p ON p.surface = a.surface AND p.message = a.message
JOIN zoom_meeting m ON m.number = p.meeting
WHERE a.number = sqlc.arg(number)::text AND a.until > now() AND p.meeting <> sqlc.arg(number)::text;

-- name: MeetingExpected :one
SELECT (EXISTS (SELECT 1 FROM zoom_meeting_start WHERE until > now())
    OR EXISTS (SELECT 1 FROM zoom_meeting WHERE number = sqlc.arg(number)::text)
    OR EXISTS (SELECT 1 FROM zoom_meeting_alias WHERE number = sqlc.arg(number)::text))::boolean AS expected;

-- name: SaveMeeting :one
-- The changes of a record, if it still has the version that was read. If it hasn't, the posts count as not shown: they were updated to
-- a state that is not the latest. A zero time is the year 1. It is committed without waiting for the disk: the log of the database is written
-- in order, so if a crash loses this, it also loses that the event's job was finished, and the event is handled again.
WITH saved AS (
    UPDATE zoom_meeting SET ended = sqlc.arg(ended)::text[], version = version + 1, changed_at = now()
    WHERE number = sqlc.arg(number)::text AND version = sqlc.arg(version)::bigint
    RETURNING number
), changed AS (
    SELECT unnest(sqlc.arg(surfaces)::text[]) AS surface, unnest(sqlc.arg(messages)::text[]) AS message,
        unnest(sqlc.arg(statuses)::text[]) AS status, unnest(sqlc.arg(sessions)::text[]) AS session,
        unnest(sqlc.arg(started)::timestamptz[]) AS started_at, unnest(sqlc.arg(ends)::timestamptz[]) AS ended_at,
        unnest(sqlc.arg(shown)::text[]) AS shown, unnest(sqlc.arg(open)::timestamptz[]) AS open_until,
        unnest(sqlc.arg(recheck)::timestamptz[]) AS recheck_at
), stored AS (
    UPDATE zoom_meeting_post p SET status = c.status, session = c.session, started_at = nullif(c.started_at, '0001-01-01 00:00:00+00'),
        ended_at = nullif(c.ended_at, '0001-01-01 00:00:00+00'), shown = c.shown,
        open_until = nullif(c.open_until, '0001-01-01 00:00:00+00'), recheck_at = nullif(c.recheck_at, '0001-01-01 00:00:00+00'),
        changed_at = now()
    FROM changed c WHERE p.surface = c.surface AND p.message = c.message AND EXISTS (SELECT 1 FROM saved)
), unshown AS (
    UPDATE zoom_meeting_post p SET shown = ''
    FROM changed c WHERE p.surface = c.surface AND p.message = c.message AND NOT EXISTS (SELECT 1 FROM saved)
), forgotten AS (
    DELETE FROM zoom_meeting_post p WHERE (p.surface, p.message) IN (
        SELECT unnest(sqlc.arg(gone_surfaces)::text[]), unnest(sqlc.arg(gone_messages)::text[])
    )
)
SELECT EXISTS (SELECT 1 FROM saved)::boolean AS saved FROM (SELECT set_config('synchronous_commit', 'off', true)) AS unhurried;

-- name: DueRechecks :many
UPDATE zoom_meeting_post p SET recheck_at = now() + interval '1 hour'
WHERE (p.surface, p.message) IN (
    SELECT d.surface, d.message FROM zoom_meeting_post d WHERE d.recheck_at <= now()
    ORDER BY d.recheck_at LIMIT sqlc.arg(most)::bigint FOR UPDATE SKIP LOCKED
)
RETURNING p.meeting, p.surface, p.channel, p.thread, p.message, p.person;

-- name: PlanRecheck :exec
UPDATE zoom_meeting_post SET recheck_at = sqlc.arg(at)::timestamptz
WHERE surface = sqlc.arg(surface)::text AND message = sqlc.arg(message)::text;

-- name: MeetingChoice :one
SELECT choice FROM zoom_meeting_person WHERE person = sqlc.arg(person)::text;

-- name: SetMeetingChoice :exec
INSERT INTO zoom_meeting_person (person, choice) VALUES (sqlc.arg(person)::text, sqlc.arg(choice)::text)
ON CONFLICT (person) DO UPDATE SET choice = excluded.choice;

-- name: AdoptMeetingChoice :exec
-- The public plugin's setting, unless the user has chosen here.
INSERT INTO zoom_meeting_person AS known (person, choice) VALUES (sqlc.arg(person)::text, sqlc.arg(choice)::text)
ON CONFLICT (person) DO UPDATE SET choice = excluded.choice WHERE known.choice = '';

-- name: SetPersonalNumber :exec
INSERT INTO zoom_meeting_person (person, personal_number, personal_until)
VALUES (sqlc.arg(person)::text, sqlc.arg(number)::text, now() + make_interval(secs => sqlc.arg(seconds)::double precision))
ON CONFLICT (person) DO UPDATE SET personal_number = excluded.personal_number, personal_until = excluded.personal_until;

-- name: NoteEvent :exec
INSERT INTO zoom_last_event (sender, at) VALUES (sqlc.arg(sender)::text, now())
ON CONFLICT (sender) DO UPDATE SET at = excluded.at;

-- name: LastEvent :one
SELECT at FROM zoom_last_event WHERE sender = sqlc.arg(sender)::text;

-- name: NotePredecessor :execrows
INSERT INTO zoom_predecessor AS p (noted_at, by_address, restricted)
VALUES (now(), sqlc.arg(by_address)::boolean, sqlc.arg(restricted)::integer)
ON CONFLICT (id) DO UPDATE SET noted_at = excluded.noted_at, by_address = excluded.by_address, restricted = excluded.restricted
WHERE p.noted_at IS NULL;

-- name: ClaimTakeover :execrows
-- One server at a time takes over what the public plugin left.
INSERT INTO zoom_predecessor AS p (holder, held_until)
VALUES (sqlc.arg(holder)::text, now() + make_interval(secs => sqlc.arg(seconds)::double precision))
ON CONFLICT (id) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
WHERE p.holder = excluded.holder OR p.held_until <= now();

-- name: Predecessor :one
SELECT noted_at, by_address, restricted FROM zoom_predecessor;

-- name: PruneMeetingPosts :execrows
DELETE FROM zoom_meeting_post WHERE (surface, message) IN (
    SELECT p.surface, p.message FROM zoom_meeting_post p
    WHERE p.changed_at < now() - make_interval(secs => sqlc.arg(seconds)::double precision) LIMIT sqlc.arg(most)::bigint
);

-- name: PruneMeetings :execrows
DELETE FROM zoom_meeting WHERE number IN (
    SELECT m.number FROM zoom_meeting m
    WHERE m.changed_at < now() - make_interval(secs => sqlc.arg(seconds)::double precision)
        AND NOT EXISTS (SELECT 1 FROM zoom_meeting_post p WHERE p.meeting = m.number)
    LIMIT sqlc.arg(most)::bigint
);

-- name: PruneMeetingStarts :execrows
DELETE FROM zoom_meeting_start WHERE until < now() - interval '1 hour';
