package zoom

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/zoom/teamchat"
)

// prepareBot completes the bot of an app that is being saved. A bot keeps its JID.
func (w *world) prepareBot(a *App) error {
	if a.Bot == nil {
		return nil
	}
	if a.Kind == KindS2S {
		return errors.Wrap(kit.ErrInvalid, "a server-to-server app can't have a bot")
	}
	bot := *a.Bot
	bot.Name = cmp.Or(bot.Name, a.Name)
	if before := w.apps[a.ClientID]; bot.JID == "" && before != nil && before.Bot != nil {
		bot.JID = before.Bot.JID
	}
	if bot.JID == "" {
		bot.JID = "v1" + strings.ToLower(w.ids.object()) + "@xmpp.zoom.us"
	}
	for _, other := range w.apps {
		if other.Bot != nil && other.Bot.JID == bot.JID && other.ClientID != a.ClientID {
			return errors.Wrapf(kit.ErrConflict, "the bot JID %s is taken", bot.JID)
		}
	}
	a.Bot = &bot
	return bot.Check()
}

// botEndpoint is where an app's bot is sent events.
func (r *registration) botEndpoint() string { return cmp.Or(r.Bot.EndpointURL, r.WebhookURL) }

// endpoints lists the addresses that an app is sent notifications at.
func (r *registration) endpoints() []string {
	var all []string
	if r.WebhookURL != "" {
		all = append(all, r.WebhookURL)
	}
	if r.Bot != nil && r.Bot.EndpointURL != "" && r.Bot.EndpointURL != r.WebhookURL {
		all = append(all, r.Bot.EndpointURL)
	}
	return all
}

// install notes that a user has added an app, and tells its bot.
func (w *world) install(app *registration, u *User) {
	if !slices.Contains(app.installers, u) {
		app.installers = append(app.installers, u)
	}
	if app.Bot != nil {
		w.chat.Installed(botOf(app), personOf(u))
	}
}

// uninstall reports whether a user had added an app, and takes it away: from the whole
// account, where it was added for that.
func (r *registration) uninstall(u *User) bool {
	before := len(r.installers)
	r.installers = slices.DeleteFunc(r.installers, func(one *User) bool {
		return one == u || r.Kind == KindAccount && one.AccountID == u.AccountID
	})
	return len(r.installers) < before
}

// InstallApp has a user add an app without authorizing it, as its bot needs no token of
// a user.
func (s *Sandbox) InstallApp(email, clientID string) error {
	return s.Control(func(w *world) error {
		app, u := w.apps[clientID], w.user(email)
		if app == nil || u == nil || app.Kind == KindS2S {
			return errors.Wrapf(kit.ErrNotFound, "user %q or app %q", email, clientID)
		}
		w.install(app, u)
		return nil
	})
}

// botOf is an app as Team Chat sees it.
func botOf(r *registration) teamchat.Bot {
	return teamchat.Bot{Subscription: *r.Bot, ClientID: r.ClientID, Secret: r.ClientSecret, AdminManaged: r.Kind == KindAccount}
}

// personOf is a user as Team Chat sees them.
func personOf(u *User) teamchat.Person {
	return teamchat.Person{
		ID: u.ID, JID: u.jid, MemberID: u.memberID, Name: cmp.Or(u.name(), u.Email),
		FirstName: u.FirstName, LastName: u.LastName, Email: u.Email, AccountID: u.AccountID,
	}
}

// chatSurroundings is the rest of Zoom for Team Chat.
type chatSurroundings struct{ *world }

// People implements teamchat.Zoom.
func (s chatSurroundings) People() []teamchat.Person {
	var all []teamchat.Person
	for _, u := range s.users {
		all = append(all, personOf(u))
	}
	return all
}

// Bots implements teamchat.Zoom.
func (s chatSurroundings) Bots() []teamchat.Bot {
	var all []teamchat.Bot
	for _, app := range s.sortedApps() {
		if app.Bot != nil {
			all = append(all, botOf(app))
		}
	}
	return all
}

// Installed implements teamchat.Zoom.
func (s chatSurroundings) Installed(b teamchat.Bot, p teamchat.Person) bool {
	app := s.apps[b.ClientID]
	return app != nil && slices.ContainsFunc(app.installers, func(u *User) bool {
		return u.ID == p.ID || app.Kind == KindAccount && u.AccountID == p.AccountID
	})
}

// Notify implements teamchat.Zoom.
func (s chatSurroundings) Notify(b teamchat.Bot, lane, event string, body []byte) {
	if app := s.apps[b.ClientID]; app != nil && app.enabled && app.botEndpoint() != "" {
		s.post(app, app.botEndpoint(), lane, event, body)
	}
}

// Rules implements teamchat.Zoom.
func (s chatSurroundings) Rules() teamchat.Rules {
	return teamchat.Rules{
		LenientContent: s.policy.ChatContent == ContentLenient, ChannelLimits: s.policy.ChatLimits == LimitsChannel,
		VisibleTo: s.policy.VisibleTo, CutMention: s.policy.MentionText == MentionCut,
	}
}

// Chat runs f on Team Chat, to do what users do there, and waits until the bots have been
// told.
func (s *Sandbox) Chat(f func(*teamchat.Chat) error) error {
	return s.Control(func(w *world) error { return f(w.chat) })
}

// chatHost is the sandbox for Team Chat's control API.
type chatHost struct{ *Sandbox }

// Act implements teamchat.Host.
func (h chatHost) Act(f func(*teamchat.Chat) error) error { return h.Chat(f) }

// See implements teamchat.Host.
func (h chatHost) See(f func(*teamchat.Chat)) { h.Locked(func(w *world) { f(w.chat) }) }

// ServeHTTP serves Zoom, and pages of apps at the hosts of webviews.
func (s *Sandbox) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	id, isWebview := teamchat.WebviewOf(r.Host)
	if !isWebview {
		s.Sandbox.ServeHTTP(rw, r)
		return
	}
	var page *teamchat.Browser
	s.Locked(func(w *world) {
		page = w.chat.Browser(id, func(clientID, problem string) {
			s.Locked(func(w *world) { w.chat.ReportPage(clientID, problem) })
		})
	})
	if page == nil {
		http.Error(rw, "The webview is closed.", http.StatusNotFound)
		return
	}
	page.ServeHTTP(rw, r)
}

// IsWebview reports whether a request is for a page of an app inside of the client.
func IsWebview(r *http.Request) bool {
	_, ok := teamchat.WebviewOf(r.Host)
	return ok
}
