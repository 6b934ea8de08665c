package postgres_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
	"mattermost-plugin-zoom/server/recordstest"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestZoomChat(t *testing.T) {
	t.Parallel()
	recordstest.ZoomChat(t, func(t *testing.T) recordstest.ZoomChatWorld {
		source := pgtest.Source(t)
		return recordstest.ZoomChatWorld{Records: postgres.NewZoomChat(pgtest.Reopen(t, source)), Passes: func(d time.Duration) {
			conn, err := pgx.Connect(context.Background(), source)
			require.NoError(t, err)
			for _, sql := range []string{"UPDATE zoom_chat_seen SET seen_at = seen_at - $1::interval", "UPDATE zoom_chat_prompt SET expires_at = expires_at - $1::interval"} {
				_, err = conn.Exec(context.Background(), sql, d)
				require.NoError(t, err)
			}
			require.NoError(t, conn.Close(context.Background()))
		}}
	})
}

func TestWhatZoomChatNeedsOftenIsFoundByAnIndex(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), pgtest.Source(t))
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), `
		INSERT INTO zoom_chat_post (app, id, channel, thread, provider, connection, subject, key, shown, posted_at)
		SELECT 'all', 'm' || n, 'all/acc/' || n % 500, '', 'p', 'c', 's', 'k', 'h', now() - n * interval '1 minute' FROM generate_series(1, 20000) n;
		INSERT INTO zoom_chat_seen (app, account, jid, user_id, seen_at) SELECT 'all', 'acc', 'c' || n % 500, 'u' || n, now() FROM generate_series(1, 20000) n;
		ANALYZE zoom_chat_post, zoom_chat_seen`)
	require.NoError(t, err)
	for sql, index := range map[string]string{
		"SELECT id FROM zoom_chat_post WHERE app = 'all' AND id = 'm7'":                                                                         "zoom_chat_post_pkey",
		"SELECT id FROM zoom_chat_post WHERE channel = 'all/acc/7' AND posted_at >= now() - '1 hour'::interval ORDER BY posted_at DESC LIMIT 1": "zoom_chat_post_channel",
		"SELECT seen_at FROM zoom_chat_seen WHERE app = 'all' AND account = 'acc' AND jid = 'c7' AND user_id = 'u7'":                            "zoom_chat_seen_",
		"SELECT jid FROM zoom_chat_seen WHERE app = 'all' AND account = 'acc' AND user_id = 'u7' AND seen_at >= now() - '1 day'::interval":      "zoom_chat_seen_user",
	} {
		rows, err := conn.Query(t.Context(), "EXPLAIN "+sql)
		require.NoError(t, err)
		plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		require.Contains(t, strings.Join(plan, "\n"), index, sql)
	}
}
