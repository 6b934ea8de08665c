-- +goose Up
-- Zoom Team Chat: the apps whose chatbots the plugin is, and what their signed events showed. All secrets are sealed by the plugin.

CREATE TABLE zoom_chat_app (
    id text COLLATE "C" PRIMARY KEY,
    client_id text NOT NULL,
    robot_jid text NOT NULL,
    admin_managed boolean NOT NULL,
    sealed text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- Zoom accounts that have an app.
CREATE TABLE zoom_chat_account (
    app text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    PRIMARY KEY (app, account)
);

CREATE TABLE zoom_chat_user (
    app text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    jid text NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (app, account, id)
);

-- Conversations, with the user who did something there last, and the users whom an admin named.
CREATE TABLE zoom_chat_channel (
    app text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    jid text COLLATE "C" NOT NULL,
    name text NOT NULL,
    last_jid text NOT NULL,
    gone boolean NOT NULL DEFAULT false,
    admins text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (app, account, jid)
);

-- When a user last did something in a conversation.
CREATE TABLE zoom_chat_seen (
    app text COLLATE "C" NOT NULL,
    account text COLLATE "C" NOT NULL,
    jid text COLLATE "C" NOT NULL,
    user_id text COLLATE "C" NOT NULL,
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (app, account, jid, user_id)
);
CREATE INDEX zoom_chat_seen_user ON zoom_chat_seen (app, account, user_id);

-- Messages of the bots that carry a mark.
CREATE TABLE zoom_chat_post (
    app text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    channel text COLLATE "C" NOT NULL,
    thread text COLLATE "C" NOT NULL,
    provider text NOT NULL,
    connection text NOT NULL,
    subject text NOT NULL,
    key text NOT NULL,
    shown text NOT NULL,
    posted_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (app, id)
);
CREATE INDEX zoom_chat_post_channel ON zoom_chat_post (channel, posted_at DESC);
CREATE INDEX zoom_chat_post_changed ON zoom_chat_post (changed_at);

-- What the buttons of notes and the answers to forms do.
CREATE TABLE zoom_chat_prompt (
    id text COLLATE "C" PRIMARY KEY,
    sealed text NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX zoom_chat_prompt_expires ON zoom_chat_prompt (expires_at);
