-- +goose Up
-- What deliveries have said of a build, a pull request, an issue or an incident, and which server works on it. The names of subjects can be
-- long: IDs are hashes of them. Days of expiry instead of times let most updates leave the indexes alone.
CREATE TABLE zoom_subject (
    id text PRIMARY KEY,
    connection text NOT NULL,
    -- The subject as JSON; '' before it was saved for the first time.
    body text NOT NULL DEFAULT '',
    -- Grows with each hold: a save has to know the latest.
    number bigint NOT NULL DEFAULT 1,
    -- The server that works on it, '' for none.
    holder text NOT NULL,
    held_since timestamptz NOT NULL,
    held_until timestamptz NOT NULL,
    -- A holder took over from one that didn't give it back, and nothing was saved since.
    taken_over boolean NOT NULL DEFAULT false,
    -- The events that the holder applies, and those that holders before had in hand and didn't save, separated by spaces.
    events text NOT NULL DEFAULT '',
    doubtful text NOT NULL DEFAULT '',
    expires_on date NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX zoom_subject_expires_on ON zoom_subject (expires_on);

-- The state of a series of subjects, such as the builds of a job.
CREATE TABLE zoom_series (
    id text PRIMARY KEY,
    connection text NOT NULL,
    state text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    expires_on date NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX zoom_series_expires_on ON zoom_series (expires_on);

-- Further names of subjects. The subject is a JSON string.
CREATE TABLE zoom_alias (
    id text PRIMARY KEY,
    connection text NOT NULL,
    subject text NOT NULL,
    expires_on date NOT NULL
);
CREATE INDEX zoom_alias_expires_on ON zoom_alias (expires_on);

-- The messages that show subjects. The body has what a list shows of one, as JSON.
CREATE TABLE zoom_card (
    surface text NOT NULL,
    message text NOT NULL,
    channel text NOT NULL,
    connection text NOT NULL,
    body text NOT NULL,
    -- The subject is in progress or waits for someone, and this message shows it.
    open boolean NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    expires_on date NOT NULL,
    PRIMARY KEY (surface, message)
) WITH (fillfactor = 70);
CREATE INDEX zoom_card_open ON zoom_card (surface, channel, posted_at DESC) WHERE open;
CREATE INDEX zoom_card_expires_on ON zoom_card (expires_on);
