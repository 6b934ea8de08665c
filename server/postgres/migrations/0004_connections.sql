-- +goose Up
-- The connections to providers, what channels want from them, and what is known of their deliveries.

CREATE TABLE zoom_connection (
    id text PRIMARY KEY,
    provider text NOT NULL,
    site text NOT NULL,
    name text NOT NULL,
    -- The name in lower case, by which people find a connection.
    name_key text NOT NULL,
    -- The person who made it.
    created_by text NOT NULL,
    created_at timestamptz NOT NULL,
    -- The secrets and the credential, encrypted by the plugin.
    sealed text NOT NULL,
    -- All of the connection but sealed, as JSON; the columns above repeat what queries look at.
    record text NOT NULL
);
CREATE INDEX zoom_connection_name ON zoom_connection (provider, name_key, id);

CREATE TABLE zoom_subscription (
    connection text NOT NULL REFERENCES zoom_connection ON DELETE CASCADE,
    id text NOT NULL,
    -- The order in which channels subscribed.
    seq bigint GENERATED ALWAYS AS IDENTITY,
    surface text NOT NULL,
    channel text NOT NULL,
    -- All of the subscription, as JSON.
    record text NOT NULL,
    PRIMARY KEY (connection, id)
);
CREATE INDEX zoom_subscription_place ON zoom_subscription (surface, channel, connection);

-- The lists of who is on call that channels get once a day.
CREATE TABLE zoom_rotation (
    id text PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    provider text NOT NULL,
    surface text NOT NULL,
    channel text NOT NULL,
    -- All of the rotation, as JSON.
    record text NOT NULL
);
CREATE INDEX zoom_rotation_place ON zoom_rotation (provider, surface, channel);

-- What is done once within a time, such as telling a user of a failure.
CREATE TABLE zoom_claim (
    key text PRIMARY KEY,
    expires_at timestamptz NOT NULL
);
CREATE INDEX zoom_claim_expires ON zoom_claim (expires_at);

-- The log of deliveries: what each was to some channels.
CREATE TABLE zoom_entry (
    connection text NOT NULL,
    at timestamptz NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    -- The keys of the channels that may see the line; null for all that follow the connection.
    channels text[],
    -- The first line of its delivery; the others say what the same delivery was to other channels.
    first boolean NOT NULL,
    result text NOT NULL,
    event text NOT NULL,
    -- How the delivery proved where it comes from, and whether by a secret that was replaced.
    proof text NOT NULL,
    old boolean NOT NULL,
    -- How many such deliveries came in a row.
    count integer NOT NULL,
    -- The title and the reason, as JSON.
    record text NOT NULL,
    PRIMARY KEY (connection, at, id)
);
CREATE INDEX zoom_entry_failure ON zoom_entry (connection, at) INCLUDE (count) WHERE first AND result IN ('refused', 'unreadable', 'failed');
CREATE INDEX zoom_entry_at ON zoom_entry USING brin (at);
