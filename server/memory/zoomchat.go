package memory

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/zoomchat"
)

// ZoomChat are the records of Zoom Team Chat; see zoomchat.Records.
type ZoomChat struct {
	faults *Faults
	now    func() time.Time

	mu       sync.Mutex
	apps     map[string]zoomchat.App
	accounts map[[2]string]bool
	users    map[[3]string]zoomchat.SeenUser
	channels map[[3]string]zoomchat.SeenChannel
	seen     map[[4]string]time.Time
	posts    map[[2]string]chatPost
	order    int
	prompts  map[string]chatPrompt
}

type chatPost struct {
	zoomchat.Post
	posted time.Time
	order  int
}

type chatPrompt struct {
	sealed  string
	expires time.Time
}

var _ zoomchat.Records = (*ZoomChat)(nil)

func newZoomChat(faults *Faults, now func() time.Time) *ZoomChat {
	return &ZoomChat{
		faults: faults, now: now, apps: map[string]zoomchat.App{}, accounts: map[[2]string]bool{}, users: map[[3]string]zoomchat.SeenUser{},
		channels: map[[3]string]zoomchat.SeenChannel{}, seen: map[[4]string]time.Time{}, posts: map[[2]string]chatPost{}, prompts: map[string]chatPrompt{},
	}
}

// Dump returns all that is stored, by what it is.
func (m *ZoomChat) Dump() map[string]string {
	m.mu.Lock()
	defer m.mu.Unlock()
	dump := map[string]string{}
	for id, app := range m.apps {
		dump["zoom_chat_app "+id] = app.Sealed
	}
	for id, p := range m.prompts {
		dump["zoom_chat_prompt "+id] = p.sealed
	}
	return dump
}

// do runs a statement.
func (m *ZoomChat) do(ctx context.Context, call, key string, statement func()) (err error) {
	leave, err := m.faults.enter(ctx, &m.mu, "ZoomChat."+call, key)
	if err != nil {
		return err
	}
	defer leave(&err)
	statement()
	return nil
}

// Apps implements zoomchat.Records.
func (m *ZoomChat) Apps(ctx context.Context) (all []zoomchat.App, err error) {
	err = m.do(ctx, "Apps", "", func() {
		for _, id := range slices.Sorted(maps.Keys(m.apps)) {
			all = append(all, m.apps[id])
		}
	})
	return all, err
}

// SaveApp implements zoomchat.Records.
func (m *ZoomChat) SaveApp(ctx context.Context, app zoomchat.App) error {
	return m.do(ctx, "SaveApp", app.ID, func() { m.apps[app.ID] = app })
}

// RemoveApp implements zoomchat.Records.
func (m *ZoomChat) RemoveApp(ctx context.Context, id string) error {
	return m.do(ctx, "RemoveApp", id, func() {
		delete(m.apps, id)
		maps.DeleteFunc(m.accounts, func(k [2]string, _ bool) bool { return k[0] == id })
		maps.DeleteFunc(m.users, func(k [3]string, _ zoomchat.SeenUser) bool { return k[0] == id })
		maps.DeleteFunc(m.channels, func(k [3]string, _ zoomchat.SeenChannel) bool { return k[0] == id })
		maps.DeleteFunc(m.seen, func(k [4]string, _ time.Time) bool { return k[0] == id })
		maps.DeleteFunc(m.posts, func(k [2]string, _ chatPost) bool { return k[0] == id })
	})
}

// AddAccount implements zoomchat.Records.
func (m *ZoomChat) AddAccount(ctx context.Context, app, account string) error {
	return m.do(ctx, "AddAccount", app, func() { m.accounts[[2]string{app, account}] = true })
}

// RemoveAccount implements zoomchat.Records.
func (m *ZoomChat) RemoveAccount(ctx context.Context, app, account string) error {
	return m.do(ctx, "RemoveAccount", app, func() {
		delete(m.accounts, [2]string{app, account})
		maps.DeleteFunc(m.seen, func(k [4]string, _ time.Time) bool { return k[0] == app && k[1] == account })
	})
}

// Accounts implements zoomchat.Records.
func (m *ZoomChat) Accounts(ctx context.Context, app string) (all []string, err error) {
	err = m.do(ctx, "Accounts", app, func() {
		for k := range m.accounts {
			if k[0] == app {
				all = append(all, k[1])
			}
		}
		slices.Sort(all)
	})
	return all, err
}

// See implements zoomchat.Records.
func (m *ZoomChat) See(ctx context.Context, s zoomchat.Sighting) error {
	return m.do(ctx, "See", s.UserID, func() {
		m.accounts[[2]string{s.App, s.Account}] = true
		user := m.users[[3]string{s.App, s.Account, s.UserID}]
		keep(&user.JID, s.UserJID)
		keep(&user.Name, s.UserName)
		m.users[[3]string{s.App, s.Account, s.UserID}] = user
		if s.Channel == "" {
			return
		}
		channel := m.channels[[3]string{s.App, s.Account, s.Channel}]
		keep(&channel.Name, s.ChannelName)
		keep(&channel.LastJID, s.UserJID)
		channel.Gone = false
		m.channels[[3]string{s.App, s.Account, s.Channel}] = channel
		m.seen[[4]string{s.App, s.Account, s.Channel, s.UserID}] = m.now()
	})
}

// keep replaces a value by one that is known.
func keep(value *string, known string) {
	if known != "" {
		*value = known
	}
}

// Forget implements zoomchat.Records.
func (m *ZoomChat) Forget(ctx context.Context, app, account, zoomUser string) error {
	return m.do(ctx, "Forget", zoomUser, func() {
		delete(m.users, [3]string{app, account, zoomUser})
		maps.DeleteFunc(m.seen, func(k [4]string, _ time.Time) bool { return k[0] == app && k[1] == account && k[3] == zoomUser })
	})
}

// User implements zoomchat.Records.
func (m *ZoomChat) User(ctx context.Context, app, account, zoomUser string) (user zoomchat.SeenUser, ok bool, err error) {
	err = m.do(ctx, "User", zoomUser, func() { user, ok = m.users[[3]string{app, account, zoomUser}] })
	return user, ok, err
}

// Channel implements zoomchat.Records.
func (m *ZoomChat) Channel(ctx context.Context, app, account, jid string) (channel zoomchat.SeenChannel, ok bool, err error) {
	err = m.do(ctx, "Channel", jid, func() {
		if channel, ok = m.channels[[3]string{app, account, jid}]; ok {
			channel.Installed = m.accounts[[2]string{app, account}]
		}
	})
	return channel, ok, err
}

// SetGone implements zoomchat.Records.
func (m *ZoomChat) SetGone(ctx context.Context, app, account, jid string) error {
	return m.change(ctx, "SetGone", [3]string{app, account, jid}, func(c *zoomchat.SeenChannel) { c.Gone = true })
}

// SetAdmins implements zoomchat.Records.
func (m *ZoomChat) SetAdmins(ctx context.Context, app, account, jid string, users []string) error {
	return m.change(ctx, "SetAdmins", [3]string{app, account, jid}, func(c *zoomchat.SeenChannel) {
		if c.Admins = nil; len(users) > 0 {
			c.Admins = slices.Clone(users)
		}
	})
}

func (m *ZoomChat) change(ctx context.Context, call string, key [3]string, do func(c *zoomchat.SeenChannel)) error {
	return m.do(ctx, call, key[2], func() {
		if channel, ok := m.channels[key]; ok {
			do(&channel)
			m.channels[key] = channel
		}
	})
}

// SeenIn implements zoomchat.Records.
func (m *ZoomChat) SeenIn(ctx context.Context, app, account, jid, zoomUser string) (ago time.Duration, ok bool, err error) {
	err = m.do(ctx, "SeenIn", jid, func() {
		var at time.Time
		if at, ok = m.seen[[4]string{app, account, jid, zoomUser}]; ok {
			ago = m.now().Sub(at)
		}
	})
	return ago, ok, err
}

// UsersIn implements zoomchat.Records.
func (m *ZoomChat) UsersIn(ctx context.Context, app, account, jid string) (map[string]string, error) {
	users := map[string]string{}
	err := m.do(ctx, "UsersIn", jid, func() {
		for k := range m.seen {
			if user, ok := m.users[[3]string{app, account, k[3]}]; ok && k[0] == app && k[1] == account && k[2] == jid {
				users[k[3]] = user.Name
			}
		}
	})
	return users, err
}

// ChannelsOf implements zoomchat.Records.
func (m *ZoomChat) ChannelsOf(ctx context.Context, app, account, zoomUser string, within time.Duration) (all []string, err error) {
	err = m.do(ctx, "ChannelsOf", zoomUser, func() {
		for k, at := range m.seen {
			if k[0] == app && k[1] == account && k[3] == zoomUser && m.now().Sub(at) <= within && !m.channels[[3]string{app, account, k[2]}].Gone {
				all = append(all, k[2])
			}
		}
		slices.Sort(all)
	})
	return all, err
}

// SavePost implements zoomchat.Records.
func (m *ZoomChat) SavePost(ctx context.Context, p zoomchat.Post) error {
	key := [2]string{zoomchat.AppOf(p.Message.Place), p.Message.ID}
	return m.do(ctx, "SavePost", p.Message.ID, func() {
		held, ok := m.posts[key]
		if !ok {
			m.order++
			held = chatPost{posted: m.now(), order: m.order}
			held.Message = p.Message
		}
		held.Mark, held.Shown = p.Mark, p.Shown
		m.posts[key] = held
	})
}

// Post implements zoomchat.Records.
func (m *ZoomChat) Post(ctx context.Context, app, id string) (p zoomchat.Post, ok bool, err error) {
	err = m.do(ctx, "Post", id, func() {
		var held chatPost
		held, ok = m.posts[[2]string{app, id}]
		p = held.Post
	})
	return p, ok, err
}

// MarkedPost implements zoomchat.Records.
func (m *ZoomChat) MarkedPost(ctx context.Context, at chat.Place, mark chat.Mark, since time.Time) (p zoomchat.Post, ok bool, err error) {
	err = m.do(ctx, "MarkedPost", at.Channel, func() {
		for _, held := range m.newest() {
			if held.Message.Place == at && held.Mark == mark && !held.posted.Before(since) {
				p, ok = held.Post, true
				return
			}
		}
	})
	return p, ok, err
}

// newest returns all posts, the newest first.
func (m *ZoomChat) newest() []chatPost {
	return slices.SortedFunc(maps.Values(m.posts), func(a, b chatPost) int { return b.order - a.order })
}

// RemovePost implements zoomchat.Records.
func (m *ZoomChat) RemovePost(ctx context.Context, app, id string) error {
	return m.do(ctx, "RemovePost", id, func() { delete(m.posts, [2]string{app, id}) })
}

// SavePrompt implements zoomchat.Records.
func (m *ZoomChat) SavePrompt(ctx context.Context, id, sealed string, keep time.Duration) error {
	return m.do(ctx, "SavePrompt", id, func() { m.prompts[id] = chatPrompt{sealed, m.now().Add(keep)} })
}

// Prompt implements zoomchat.Records.
func (m *ZoomChat) Prompt(ctx context.Context, id string) (sealed string, ok bool, err error) {
	err = m.do(ctx, "Prompt", id, func() {
		held, there := m.prompts[id]
		if there && m.now().Before(held.expires) {
			sealed, ok = held.sealed, true
		}
	})
	return sealed, ok, err
}

// Prune implements zoomchat.Records. Messages are kept: no test lasts that long.
func (m *ZoomChat) Prune(ctx context.Context) error {
	return m.do(ctx, "Prune", "", func() {
		maps.DeleteFunc(m.prompts, func(_ string, p chatPrompt) bool { return !m.now().Before(p.expires) })
	})
}
