-- +goose Up

-- A meeting ID that was announced: what its events need to know besides its posts.
CREATE TABLE zoom_meeting (
    number text PRIMARY KEY,
    personal boolean NOT NULL,
    -- The UUIDs of the latest ended sessions.
    ended text[] NOT NULL DEFAULT '{}',
    version bigint NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX zoom_meeting_changed ON zoom_meeting (changed_at);

-- A post that announced a meeting.
CREATE TABLE zoom_meeting_post (
    surface text NOT NULL,
    message text NOT NULL,
    channel text NOT NULL,
    thread text NOT NULL,
    meeting text NOT NULL REFERENCES zoom_meeting ON DELETE CASCADE,
    posted_at timestamptz NOT NULL,
    creator text NOT NULL,
    person text NOT NULL,
    topic text NOT NULL,
    join_url text NOT NULL,
    host text NOT NULL,
    status text NOT NULL,
    session text NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    shown text NOT NULL,
    -- Until when the meeting counts as open in its channel; null if it doesn't.
    open_until timestamptz,
    -- When Zoom is asked about the meeting; null for never.
    recheck_at timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (surface, message)
);
CREATE INDEX zoom_meeting_post_meeting ON zoom_meeting_post (meeting, posted_at);
CREATE INDEX zoom_meeting_post_open ON zoom_meeting_post (surface, channel, open_until) WHERE open_until IS NOT NULL;
CREATE INDEX zoom_meeting_post_recheck ON zoom_meeting_post (recheck_at) WHERE recheck_at IS NOT NULL;
CREATE INDEX zoom_meeting_post_changed ON zoom_meeting_post (changed_at);

-- Another meeting ID that events about a post may carry.
CREATE TABLE zoom_meeting_alias (
    number text NOT NULL,
    surface text NOT NULL,
    message text NOT NULL,
    until timestamptz NOT NULL,
    PRIMARY KEY (number, surface, message),
    FOREIGN KEY (surface, message) REFERENCES zoom_meeting_post ON DELETE CASCADE
);
CREATE INDEX zoom_meeting_alias_post ON zoom_meeting_alias (surface, message);

-- A start in progress. Slot is "", or the user for a start that wants another meeting: each may have one in a channel. The rows are worth
-- half a minute, so they needn't survive a crash of the database, and a start needn't wait for the disk. A row that has run out leads to what
-- its server may have posted before it died.
CREATE UNLOGGED TABLE zoom_meeting_start (
    surface text NOT NULL,
    channel text NOT NULL,
    slot text NOT NULL,
    ticket text NOT NULL,
    creator text NOT NULL,
    person text NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    until timestamptz NOT NULL,
    PRIMARY KEY (surface, channel, slot)
);
CREATE INDEX zoom_meeting_start_ticket ON zoom_meeting_start (ticket);
CREATE INDEX zoom_meeting_start_until ON zoom_meeting_start (until);

-- What is known about a person who starts meetings.
CREATE TABLE zoom_meeting_person (
    person text PRIMARY KEY,
    choice text NOT NULL DEFAULT '',
    -- The personal meeting ID as Zoom last reported it; it counts until the time.
    personal_number text NOT NULL DEFAULT '',
    personal_until timestamptz NOT NULL DEFAULT 'epoch'
);

-- When a sender's last signed event arrived, for the self-check.
CREATE TABLE zoom_last_event (
    sender text PRIMARY KEY,
    at timestamptz NOT NULL
);

-- The public plugin that this one replaced, in one row: what changed for users, and which server takes its data over.
CREATE TABLE zoom_predecessor (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    noted_at timestamptz,
    by_address boolean NOT NULL DEFAULT false,
    restricted integer NOT NULL DEFAULT 0,
    holder text NOT NULL DEFAULT '',
    held_until timestamptz NOT NULL DEFAULT 'epoch'
);
