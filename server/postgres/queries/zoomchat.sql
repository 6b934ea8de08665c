-- name: ChatApps :many
SELECT id, client_id, robot_jid, admin_managed, sealed FROM zoom_chat_app ORDER BY id;

-- name: SaveChatApp :exec
INSERT INTO zoom_chat_app (id, client_id, robot_jid, admin_managed, sealed)
VALUES (sqlc.arg(id)::text, sqlc.arg(client_id)::text, sqlc.arg(robot_jid)::text, sqlc.arg(admin_managed)::boolean, sqlc.arg(sealed)::text)
ON CONFLICT (id) DO UPDATE
SET client_id = excluded.client_id, robot_jid = excluded.robot_jid, admin_managed = excluded.admin_managed, sealed = excluded.sealed, changed_at = now();

-- name: RemoveChatApp :exec
-- With everything that its events showed.
WITH a AS (DELETE FROM zoom_chat_account WHERE zoom_chat_account.app = sqlc.arg(id)::text),
    u AS (DELETE FROM zoom_chat_user WHERE zoom_chat_user.app = sqlc.arg(id)::text),
    c AS (DELETE FROM zoom_chat_channel WHERE zoom_chat_channel.app = sqlc.arg(id)::text),
    s AS (DELETE FROM zoom_chat_seen WHERE zoom_chat_seen.app = sqlc.arg(id)::text),
    p AS (DELETE FROM zoom_chat_post WHERE zoom_chat_post.app = sqlc.arg(id)::text)
DELETE FROM zoom_chat_app WHERE zoom_chat_app.id = sqlc.arg(id)::text;

-- name: AddChatAccount :exec
INSERT INTO zoom_chat_account (app, account) VALUES (sqlc.arg(app)::text, sqlc.arg(account)::text) ON CONFLICT DO NOTHING;

-- name: RemoveChatAccount :exec
WITH s AS (DELETE FROM zoom_chat_seen WHERE zoom_chat_seen.app = sqlc.arg(app)::text AND zoom_chat_seen.account = sqlc.arg(account)::text)
DELETE FROM zoom_chat_account WHERE zoom_chat_account.app = sqlc.arg(app)::text AND zoom_chat_account.account = sqlc.arg(account)::text;

-- name: ChatAccounts :many
SELECT account FROM zoom_chat_account WHERE app = sqlc.arg(app)::text ORDER BY account;

-- name: SeeChat :exec
-- Records that a user did something in a conversation, and with that the user, the conversation and the account.
WITH a AS (
    INSERT INTO zoom_chat_account (app, account) VALUES (sqlc.arg(app)::text, sqlc.arg(account)::text) ON CONFLICT DO NOTHING
), u AS (
    INSERT INTO zoom_chat_user AS held (app, account, id, jid, name)
    VALUES (sqlc.arg(app)::text, sqlc.arg(account)::text, sqlc.arg(user_id)::text, sqlc.arg(user_jid)::text, sqlc.arg(user_name)::text)
    ON CONFLICT (app, account, id) DO UPDATE
    SET jid = coalesce(nullif(excluded.jid, ''), held.jid), name = coalesce(nullif(excluded.name, ''), held.name)
), c AS (
    INSERT INTO zoom_chat_channel AS held (app, account, jid, name, last_jid)
    SELECT sqlc.arg(app)::text, sqlc.arg(account)::text, sqlc.arg(channel)::text, sqlc.arg(channel_name)::text, sqlc.arg(user_jid)::text
    WHERE sqlc.arg(channel)::text <> ''
    ON CONFLICT (app, account, jid) DO UPDATE
    SET name = coalesce(nullif(excluded.name, ''), held.name), last_jid = coalesce(nullif(excluded.last_jid, ''), held.last_jid), gone = false
)
INSERT INTO zoom_chat_seen (app, account, jid, user_id, seen_at)
SELECT sqlc.arg(app)::text, sqlc.arg(account)::text, sqlc.arg(channel)::text, sqlc.arg(user_id)::text, now()
WHERE sqlc.arg(channel)::text <> ''
ON CONFLICT (app, account, jid, user_id) DO UPDATE SET seen_at = excluded.seen_at;

-- name: ForgetChatUser :exec
WITH s AS (
    DELETE FROM zoom_chat_seen
    WHERE zoom_chat_seen.app = sqlc.arg(app)::text AND zoom_chat_seen.account = sqlc.arg(account)::text AND zoom_chat_seen.user_id = sqlc.arg(user_id)::text
)
DELETE FROM zoom_chat_user
WHERE zoom_chat_user.app = sqlc.arg(app)::text AND zoom_chat_user.account = sqlc.arg(account)::text AND zoom_chat_user.id = sqlc.arg(user_id)::text;

-- name: ChatUser :one
SELECT jid, name FROM zoom_chat_user WHERE app = sqlc.arg(app)::text AND account = sqlc.arg(account)::text AND id = sqlc.arg(id)::text;

-- name: ChatChannel :one
SELECT c.name, c.last_jid, c.gone, c.admins,
    EXISTS (SELECT 1 FROM zoom_chat_account a WHERE a.app = c.app AND a.account = c.account) AS installed
FROM zoom_chat_channel c
WHERE c.app = sqlc.arg(app)::text AND c.account = sqlc.arg(account)::text AND c.jid = sqlc.arg(jid)::text;

-- name: SetChatGone :exec
UPDATE zoom_chat_channel SET gone = true
WHERE app = sqlc.arg(app)::text AND account = sqlc.arg(account)::text AND jid = sqlc.arg(jid)::text;

-- name: SetChatAdmins :exec
UPDATE zoom_chat_channel SET admins = sqlc.arg(admins)::text[]
WHERE app = sqlc.arg(app)::text AND account = sqlc.arg(account)::text AND jid = sqlc.arg(jid)::text;

-- name: ChatSeenIn :one
SELECT (extract(epoch FROM now() - seen_at) * 1000)::bigint AS milliseconds
FROM zoom_chat_seen
WHERE app = sqlc.arg(app)::text AND account = sqlc.arg(account)::text AND jid = sqlc.arg(jid)::text AND user_id = sqlc.arg(user_id)::text;

-- name: ChatUsersIn :many
SELECT u.id, u.name
FROM zoom_chat_seen s JOIN zoom_chat_user u ON u.app = s.app AND u.account = s.account AND u.id = s.user_id
WHERE s.app = sqlc.arg(app)::text AND s.account = sqlc.arg(account)::text AND s.jid = sqlc.arg(jid)::text;

-- name: ChatChannelsOf :many
SELECT s.jid
FROM zoom_chat_seen s JOIN zoom_chat_channel c ON c.app = s.app AND c.account = s.account AND c.jid = s.jid
WHERE s.app = sqlc.arg(app)::text AND s.account = sqlc.arg(account)::text AND s.user_id = sqlc.arg(user_id)::text
    AND s.seen_at >= now() - sqlc.arg(milliseconds)::bigint * interval '1 millisecond' AND NOT c.gone
ORDER BY s.jid;

-- name: SaveChatPost :exec
INSERT INTO zoom_chat_post (app, id, channel, thread, provider, connection, subject, key, shown)
VALUES (
    sqlc.arg(app)::text, sqlc.arg(id)::text, sqlc.arg(channel)::text, sqlc.arg(thread)::text, sqlc.arg(provider)::text, sqlc.arg(connection)::text,
    sqlc.arg(subject)::text, sqlc.arg(key)::text, sqlc.arg(shown)::text
)
ON CONFLICT (app, id) DO UPDATE
SET provider = excluded.provider, connection = excluded.connection, subject = excluded.subject, key = excluded.key, shown = excluded.shown, changed_at = now();

-- name: ChatPost :one
SELECT id, channel, thread, provider, connection, subject, key, shown FROM zoom_chat_post WHERE app = sqlc.arg(app)::text AND id = sqlc.arg(id)::text;

-- name: MarkedChatPost :many
SELECT id, channel, thread, provider, connection, subject, key, shown
FROM zoom_chat_post
WHERE channel = sqlc.arg(channel)::text AND thread = sqlc.arg(thread)::text AND provider = sqlc.arg(provider)::text
    AND connection = sqlc.arg(connection)::text AND subject = sqlc.arg(subject)::text AND key = sqlc.arg(key)::text
    AND posted_at >= sqlc.arg(since)::timestamptz
ORDER BY posted_at DESC
LIMIT 1;

-- name: RemoveChatPost :exec
DELETE FROM zoom_chat_post WHERE app = sqlc.arg(app)::text AND id = sqlc.arg(id)::text;

-- name: SaveChatPrompt :exec
INSERT INTO zoom_chat_prompt (id, sealed, expires_at)
VALUES (sqlc.arg(id)::text, sqlc.arg(sealed)::text, now() + sqlc.arg(milliseconds)::bigint * interval '1 millisecond')
ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at;

-- name: ChatPrompt :one
SELECT sealed FROM zoom_chat_prompt WHERE id = sqlc.arg(id)::text AND expires_at > now();

-- name: PruneChatPrompts :execrows
DELETE FROM zoom_chat_prompt
WHERE id IN (SELECT p.id FROM zoom_chat_prompt p WHERE p.expires_at <= now() ORDER BY p.expires_at LIMIT sqlc.arg(most)::integer);

-- name: PruneChatPosts :execrows
DELETE FROM zoom_chat_post WHERE (app, id) IN (
    SELECT p.app, p.id FROM zoom_chat_post p
    WHERE p.changed_at < now() - sqlc.arg(milliseconds)::bigint * interval '1 millisecond' ORDER BY p.changed_at LIMIT sqlc.arg(most)::integer
);
