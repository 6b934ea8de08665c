-- +goose Up
-- Authorizations of users, and what they need. All secrets are sealed by the plugin.

-- Each content that a row ever had has a version of its own, even if the row was removed in between.
CREATE SEQUENCE zoom_version;

CREATE TABLE zoom_grant (
    provider text COLLATE "C" NOT NULL,
    site text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    -- The ID of the provider's user who gave the grant, '' if it isn't known.
    owner text COLLATE "C" NOT NULL,
    sealed text NOT NULL,
    -- Of grants of one owner, the latest is the one that the provider accepts.
    given bigint NOT NULL DEFAULT nextval('zoom_version'),
    version bigint NOT NULL DEFAULT nextval('zoom_version'),
    -- The server that is renewing the token, and until when others leave that to it.
    lease_holder text NOT NULL DEFAULT '',
    leased_until timestamptz,
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, site, name)
);
CREATE INDEX zoom_grant_owner ON zoom_grant (provider, site, owner) WHERE owner <> '';

-- The data keys that seal everything, each sealed with the encryption key of System Console. One row.
CREATE TABLE zoom_keyring (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    record text NOT NULL,
    version bigint NOT NULL
);

-- States that were used, with nothing sealed, and authorizations that wait for their code.
CREATE TABLE zoom_sign_in (
    id text COLLATE "C" PRIMARY KEY,
    sealed text NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
CREATE INDEX zoom_sign_in_expires ON zoom_sign_in (expires_at);

-- Sites of providers that admins added, and this server's OAuth clients there.
CREATE TABLE zoom_site (
    provider text COLLATE "C" NOT NULL,
    url text COLLATE "C" NOT NULL,
    added bigint GENERATED ALWAYS AS IDENTITY,
    site text NOT NULL,
    client_id text NOT NULL,
    sealed text NOT NULL,
    version bigint NOT NULL DEFAULT nextval('zoom_version'),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, url)
);
