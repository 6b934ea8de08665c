-- name: Grant :one
-- The grant, and whether a server is renewing its token.
SELECT sealed, version, coalesce(leased_until > now(), false)::boolean AS renewing
FROM zoom_grant
WHERE provider = sqlc.arg(provider)::text AND site = sqlc.arg(site)::text AND name = sqlc.arg(name)::text;

-- name: SaveGrant :exec
-- Grants of one owner are stored one after another: the number of the later one is higher, and who has it finds the earlier one.
INSERT INTO zoom_grant (provider, site, name, owner, sealed, given)
SELECT sqlc.arg(provider)::text, sqlc.arg(site)::text, sqlc.arg(name)::text, sqlc.arg(owner)::text, sqlc.arg(sealed)::text, nextval('zoom_version')
FROM (
    SELECT pg_advisory_xact_lock(hashtextextended('zoom_grant ' || sqlc.arg(provider)::text || ' ' || sqlc.arg(site)::text || ' ' || sqlc.arg(owner)::text, 0))
) AS locked
ON CONFLICT (provider, site, name) DO UPDATE
SET owner = excluded.owner, sealed = excluded.sealed, given = excluded.given, version = excluded.version, lease_holder = '', leased_until = NULL, changed_at = now();

-- name: AddGrant :exec
INSERT INTO zoom_grant (provider, site, name, owner, sealed)
VALUES (sqlc.arg(provider)::text, sqlc.arg(site)::text, sqlc.arg(name)::text, sqlc.arg(owner)::text, sqlc.arg(sealed)::text)
ON CONFLICT (provider, site, name) DO NOTHING;

-- name: GrantsOf :many
SELECT name FROM zoom_grant
WHERE provider = sqlc.arg(provider)::text AND site = sqlc.arg(site)::text AND owner = sqlc.arg(owner)::text AND owner <> ''
ORDER BY given;

-- name: ReplaceGrant :execrows
UPDATE zoom_grant
SET sealed = sqlc.arg(sealed)::text, version = nextval('zoom_version'), lease_holder = '', leased_until = NULL, changed_at = now()
WHERE provider = sqlc.arg(provider)::text AND site = sqlc.arg(site)::text AND name = sqlc.arg(name)::text AND version = sqlc.arg(version)::bigint;

-- name: LeaseGrant :execrows
UPDATE zoom_grant
SET lease_holder = sqlc.arg(holder)::text, leased_until = now() + sqlc.arg(milliseconds)::bigint * interval '1 millisecond'
WHERE provider = sqlc.arg(provider)::text AND site = sqlc.arg(site)::text AND name = sqlc.arg(name)::text AND version = sqlc.arg(version)::bigint
    AND (leased_until IS NULL OR leased_until <= now());

-- name: AddLeasedGrant :many
-- Adds an empty grant that a server is getting the first token for; it returns nothing if there is one.
INSERT INTO zoom_grant (provider, site, name, owner, sealed, lease_holder, leased_until)
VALUES (
    sqlc.arg(provider)::text, sqlc.arg(site)::text, sqlc.arg(name)::text, '', '', sqlc.arg(holder)::text,
    now() + sqlc.arg(milliseconds)::bigint * interval '1 millisecond'
)
ON CONFLICT (provider, site, name) DO NOTHING
RETURNING version;

-- name: ReleaseGrant :exec
UPDATE zoom_grant
SET lease_holder = '', leased_until = NULL
WHERE provider = sqlc.arg(provider)::text AND site = sqlc.arg(site)::text AND name = sqlc.arg(name)::text AND lease_holder = sqlc.arg(holder)::text;

-- name: DeleteGrant :exec
DELETE FROM zoom_grant
WHERE provider = sqlc.arg(provider)::text AND site = sqlc.arg(site)::text AND name = sqlc.arg(name)::text;

-- name: GrantsNotSealedWith :many
SELECT provider, site, name, sealed, version
FROM zoom_grant
WHERE (provider, site, name) > (sqlc.arg(provider)::text, sqlc.arg(site)::text, sqlc.arg(name)::text)
    AND sealed <> '' AND NOT starts_with(sealed, sqlc.arg(prefix)::text)
ORDER BY provider, site, name
LIMIT sqlc.arg(most)::integer;

-- name: ResealGrant :execrows
-- The content stays the same, and so does its version: a renewal under way must not fail because of it.
UPDATE zoom_grant
SET sealed = sqlc.arg(fresh)::text
WHERE provider = sqlc.arg(provider)::text AND site = sqlc.arg(site)::text AND name = sqlc.arg(name)::text AND sealed = sqlc.arg(sealed)::text;

-- name: Keyring :many
SELECT record, version FROM zoom_keyring;

-- name: AddKeyring :execrows
INSERT INTO zoom_keyring (record, version) VALUES (sqlc.arg(record)::text, 1) ON CONFLICT (id) DO NOTHING;

-- name: ReplaceKeyring :execrows
UPDATE zoom_keyring SET record = sqlc.arg(record)::text, version = version + 1 WHERE version = sqlc.arg(version)::bigint;

-- name: UseState :execrows
INSERT INTO zoom_sign_in (id, sealed, expires_at)
VALUES (sqlc.arg(id)::text, '', now() + sqlc.arg(milliseconds)::bigint * interval '1 millisecond')
ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
WHERE zoom_sign_in.expires_at <= now();

-- name: StateUsed :one
SELECT EXISTS (SELECT 1 FROM zoom_sign_in WHERE id = sqlc.arg(id)::text AND expires_at > now());

-- name: SaveHandover :exec
INSERT INTO zoom_sign_in (id, sealed, expires_at)
VALUES (sqlc.arg(id)::text, sqlc.arg(sealed)::text, now() + sqlc.arg(milliseconds)::bigint * interval '1 millisecond')
ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, tries = 0, expires_at = excluded.expires_at;

-- name: TryHandover :many
UPDATE zoom_sign_in SET tries = tries + 1
WHERE id = sqlc.arg(id)::text AND expires_at > now()
RETURNING sealed, tries;

-- name: EndHandover :execrows
DELETE FROM zoom_sign_in WHERE id = sqlc.arg(id)::text AND sealed = sqlc.arg(sealed)::text AND expires_at > now();

-- name: PruneSignIns :execrows
DELETE FROM zoom_sign_in
WHERE id = ANY (ARRAY(SELECT s.id FROM zoom_sign_in s WHERE s.expires_at <= now() ORDER BY s.expires_at LIMIT sqlc.arg(most)::integer));

-- name: Sites :many
SELECT site, client_id, sealed, version FROM zoom_site WHERE provider = sqlc.arg(provider)::text ORDER BY added;

-- name: AddSite :execrows
INSERT INTO zoom_site (provider, url, site, client_id, sealed)
VALUES (sqlc.arg(provider)::text, sqlc.arg(url)::text, sqlc.arg(site)::text, sqlc.arg(client_id)::text, sqlc.arg(sealed)::text)
ON CONFLICT (provider, url) DO NOTHING;

-- name: ReplaceSite :execrows
UPDATE zoom_site
SET site = sqlc.arg(site)::text, client_id = sqlc.arg(client_id)::text, sealed = sqlc.arg(sealed)::text, version = nextval('zoom_version'),
    changed_at = now()
WHERE provider = sqlc.arg(provider)::text AND url = sqlc.arg(url)::text AND version = sqlc.arg(version)::bigint;

-- name: DeleteSite :exec
DELETE FROM zoom_site WHERE provider = sqlc.arg(provider)::text AND url = sqlc.arg(url)::text;
