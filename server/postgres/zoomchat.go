package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/postgres/query"
	"mattermost-plugin-zoom/server/zoomchat"
)

// chatPostKept is how long a message in Zoom Team Chat is remembered after its last change.
const chatPostKept = 180 * 24 * time.Hour

// ZoomChat are the records of Zoom Team Chat; see zoomchat.Records.
type ZoomChat struct{ db *DB }

var _ zoomchat.Records = (*ZoomChat)(nil)

// NewZoomChat returns the records in the database.
func NewZoomChat(db *DB) *ZoomChat { return &ZoomChat{db} }

// isFound reports whether a statement returned a row.
func isFound(err error) (bool, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Apps implements zoomchat.Records.
func (z *ZoomChat) Apps(ctx context.Context) ([]zoomchat.App, error) {
	rows, err := z.db.queries().ChatApps(ctx)
	apps := make([]zoomchat.App, len(rows))
	for i, row := range rows {
		apps[i] = zoomchat.App{ID: row.ID, ClientID: row.ClientID, RobotJID: row.RobotJid, AdminManaged: row.AdminManaged, Sealed: row.Sealed}
	}
	return apps, err
}

// SaveApp implements zoomchat.Records.
func (z *ZoomChat) SaveApp(ctx context.Context, app zoomchat.App) error {
	return z.db.queries().SaveChatApp(ctx, query.SaveChatAppParams{
		ID: app.ID, ClientID: app.ClientID, RobotJid: app.RobotJID, AdminManaged: app.AdminManaged, Sealed: app.Sealed,
	})
}

// RemoveApp implements zoomchat.Records.
func (z *ZoomChat) RemoveApp(ctx context.Context, id string) error {
	return z.db.queries().RemoveChatApp(ctx, id)
}

// AddAccount implements zoomchat.Records.
func (z *ZoomChat) AddAccount(ctx context.Context, app, account string) error {
	return z.db.queries().AddChatAccount(ctx, app, account)
}

// RemoveAccount implements zoomchat.Records.
func (z *ZoomChat) RemoveAccount(ctx context.Context, app, account string) error {
	return z.db.queries().RemoveChatAccount(ctx, app, account)
}

// Accounts implements zoomchat.Records.
func (z *ZoomChat) Accounts(ctx context.Context, app string) ([]string, error) {
	return z.db.queries().ChatAccounts(ctx, app)
}

// See implements zoomchat.Records.
func (z *ZoomChat) See(ctx context.Context, s zoomchat.Sighting) error {
	return z.db.queries().SeeChat(ctx, query.SeeChatParams{
		App: s.App, Account: s.Account, UserID: s.UserID, UserJid: s.UserJID, UserName: s.UserName, Channel: s.Channel, ChannelName: s.ChannelName,
	})
}

// Forget implements zoomchat.Records.
func (z *ZoomChat) Forget(ctx context.Context, app, account, zoomUser string) error {
	return z.db.queries().ForgetChatUser(ctx, app, account, zoomUser)
}

// User implements zoomchat.Records.
func (z *ZoomChat) User(ctx context.Context, app, account, zoomUser string) (zoomchat.SeenUser, bool, error) {
	row, err := z.db.queries().ChatUser(ctx, app, account, zoomUser)
	ok, err := isFound(err)
	return zoomchat.SeenUser{JID: row.Jid, Name: row.Name}, ok, err
}

// Channel implements zoomchat.Records.
func (z *ZoomChat) Channel(ctx context.Context, app, account, jid string) (zoomchat.SeenChannel, bool, error) {
	row, err := z.db.queries().ChatChannel(ctx, app, account, jid)
	ok, err := isFound(err)
	if len(row.Admins) == 0 {
		row.Admins = nil
	}
	return zoomchat.SeenChannel{Name: row.Name, LastJID: row.LastJid, Gone: row.Gone, Admins: row.Admins, Installed: row.Installed}, ok, err
}

// SetGone implements zoomchat.Records.
func (z *ZoomChat) SetGone(ctx context.Context, app, account, jid string) error {
	return z.db.queries().SetChatGone(ctx, app, account, jid)
}

// SetAdmins implements zoomchat.Records.
func (z *ZoomChat) SetAdmins(ctx context.Context, app, account, jid string, users []string) error {
	if users == nil {
		users = []string{}
	}
	return z.db.queries().SetChatAdmins(ctx, query.SetChatAdminsParams{App: app, Account: account, Jid: jid, Admins: users})
}

// SeenIn implements zoomchat.Records.
func (z *ZoomChat) SeenIn(ctx context.Context, app, account, jid, zoomUser string) (time.Duration, bool, error) {
	ago, err := z.db.queries().ChatSeenIn(ctx, query.ChatSeenInParams{App: app, Account: account, Jid: jid, UserID: zoomUser})
	ok, err := isFound(err)
	return time.Duration(ago) * time.Millisecond, ok, err
}

// UsersIn implements zoomchat.Records.
func (z *ZoomChat) UsersIn(ctx context.Context, app, account, jid string) (map[string]string, error) {
	rows, err := z.db.queries().ChatUsersIn(ctx, app, account, jid)
	users := make(map[string]string, len(rows))
	for _, row := range rows {
		users[row.ID] = row.Name
	}
	return users, err
}

// ChannelsOf implements zoomchat.Records.
func (z *ZoomChat) ChannelsOf(ctx context.Context, app, account, zoomUser string, within time.Duration) ([]string, error) {
	return z.db.queries().ChatChannelsOf(ctx, query.ChatChannelsOfParams{App: app, Account: account, UserID: zoomUser, Milliseconds: within.Milliseconds()})
}

// SavePost implements zoomchat.Records.
func (z *ZoomChat) SavePost(ctx context.Context, p zoomchat.Post) error {
	return z.db.queries().SaveChatPost(ctx, query.SaveChatPostParams{
		App: zoomchat.AppOf(p.Message.Place), ID: p.Message.ID, Channel: p.Message.Channel, Thread: p.Message.Thread,
		Provider: p.Mark.Provider, Connection: p.Mark.Connection, Subject: p.Mark.Subject, Key: p.Mark.Key, Shown: p.Shown,
	})
}

// Post implements zoomchat.Records.
func (z *ZoomChat) Post(ctx context.Context, app, id string) (zoomchat.Post, bool, error) {
	row, err := z.db.queries().ChatPost(ctx, app, id)
	ok, err := isFound(err)
	if !ok {
		return zoomchat.Post{}, false, err
	}
	return chatPost(row), true, nil
}

// MarkedPost implements zoomchat.Records.
func (z *ZoomChat) MarkedPost(ctx context.Context, at chat.Place, mark chat.Mark, since time.Time) (zoomchat.Post, bool, error) {
	rows, err := z.db.queries().MarkedChatPost(ctx, query.MarkedChatPostParams{
		Channel: at.Channel, Thread: at.Thread, Provider: mark.Provider, Connection: mark.Connection, Subject: mark.Subject, Key: mark.Key, Since: since,
	})
	if err != nil || len(rows) == 0 {
		return zoomchat.Post{}, false, err
	}
	return chatPost(query.ChatPostRow(rows[0])), true, nil
}

func chatPost(row query.ChatPostRow) zoomchat.Post {
	at := chat.Place{Surface: zoomchat.ID, Channel: row.Channel, Thread: row.Thread}
	return zoomchat.Post{
		Message: chat.MessageRef{Place: at, ID: row.ID}, Shown: row.Shown,
		Mark: chat.Mark{Provider: row.Provider, Connection: row.Connection, Subject: row.Subject, Key: row.Key},
	}
}

// RemovePost implements zoomchat.Records.
func (z *ZoomChat) RemovePost(ctx context.Context, app, id string) error {
	return z.db.queries().RemoveChatPost(ctx, app, id)
}

// SavePrompt implements zoomchat.Records.
func (z *ZoomChat) SavePrompt(ctx context.Context, id, sealed string, keep time.Duration) error {
	return z.db.queries().SaveChatPrompt(ctx, id, sealed, keep.Milliseconds())
}

// Prompt implements zoomchat.Records.
func (z *ZoomChat) Prompt(ctx context.Context, id string) (string, bool, error) {
	sealed, err := z.db.queries().ChatPrompt(ctx, id)
	ok, err := isFound(err)
	return sealed, ok, err
}

// Prune implements zoomchat.Records.
func (z *ZoomChat) Prune(ctx context.Context) error {
	for {
		prompts, err := z.db.queries().PruneChatPrompts(ctx, pruneChunk)
		if err != nil {
			return errors.Wrap(err, "remove expired prompts")
		}
		posts, err := z.db.queries().PruneChatPosts(ctx, chatPostKept.Milliseconds(), pruneChunk)
		if err != nil {
			return errors.Wrap(err, "remove old messages in Zoom Team Chat")
		}
		if prompts < pruneChunk && posts < pruneChunk {
			return nil
		}
	}
}
