// Package httpapi serves the plugin's HTTP routes: the webhooks of Zoom and of the providers, the pages of an authorization, clicks on
// buttons, submitted forms, and the API of the webapp. It decides nothing: each route checks the request and calls the packages behind
// the interfaces below.
//
// The server sets the Mattermost-User-Id header for signed-in users and strips it from all other requests; the routes for users rely on
// it. The routes for Zoom and for providers rely on their signatures alone.
package httpapi

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/zoom"
	"mattermost-plugin-zoom/server/zoomchat/event"
)

// Headers that the Mattermost server sets.
const (
	headerUser   = "Mattermost-User-Id"
	headerPlugin = "Mattermost-Plugin-ID"
	// serverAsPlugin is the value of headerPlugin if the server itself calls, as it does for clicks on buttons.
	serverAsPlugin = "com.mattermost.server"
)

// Meetings is what the routes need from package meeting.
type Meetings interface {
	// Start starts a meeting. The user is shown the result in every case.
	Start(ctx context.Context, r meeting.StartRequest) (meeting.Outcome, error)
	// Resume continues the start that waited for an authorization; "" for none.
	Resume(ctx context.Context, actor chat.Actor, next string) (meeting.Outcome, error)
	// JoinHost returns the host of the post's join link as Zoom returned it, "" for a post that the plugin didn't write.
	JoinHost(ctx context.Context, meetingID string, m chat.MessageRef) (string, error)
	// Act carries out a click on a button.
	Act(ctx context.Context, c chat.Click) error
}

// Accounts is what the routes need from package account.
type Accounts interface {
	// Begin returns Zoom's page on which the holder of the ticket authorizes.
	Begin(ctx context.Context, person chat.PersonID, ticket string) (url string, err error)
	// Complete finishes an authorization with the code and state that Zoom sent back.
	Complete(ctx context.Context, person chat.PersonID, code, state string) (account.Connected, error)
	// BeginElsewhere is Begin for a browser in which no one is signed in.
	BeginElsewhere(ctx context.Context, ticket string) (url string, err error)
	// HandOver is Complete for such a browser: it waits until the user types its code in Mattermost.
	HandOver(ctx context.Context, code, state string) (oauth.Handed, error)
	// Declined verifies the state of an authorization that the user declined in Zoom, and returns what was to follow.
	Declined(ctx context.Context, person chat.PersonID, state string) (next string, err error)
	// Connected reports whether the person can call Zoom, and their Zoom address.
	Connected(ctx context.Context, person chat.PersonID) (email string, connected bool, err error)
}

// Bridge is what the routes need from the bridge.
type Bridge interface {
	// Ingest reads, verifies and stores a delivery. Faults: HookUnknown, TooLarge, Unsigned, Forged, InvalidInput. After any other error
	// the sender may retry.
	Ingest(ctx context.Context, hook, pathSecret string, header func(string) string, body io.Reader) error
	// Ask responds to a provider's query below the address of a hook. Same faults.
	Ask(ctx context.Context, hook, question string, header func(string) string, body io.Reader) ([]byte, error)
	// Act carries out a click on a button or menu of a card.
	Act(ctx context.Context, c chat.Click) error
	// Press carries out a click on a button under a note.
	Press(ctx context.Context, c chat.Click) error
	// Submit carries out the answer to a form; errors by field keep it open.
	Submit(ctx context.Context, a chat.FormAnswer) (chat.FormErrors, error)
	// RunInWindow runs the subcommand that the text names, and returns what to show in the user's window.
	RunInWindow(ctx context.Context, actor chat.Actor, at chat.Place, providerID, text string) (console.Step, error)
	// PressInWindow carries out a click on a button in a window, and returns what to show next.
	PressInWindow(ctx context.Context, actor chat.Actor, at chat.Place, sealed string) (console.Step, error)
	// SubmitInWindow carries out a form submitted in a window, and returns what to show next. Errors by field keep the form open.
	SubmitInWindow(ctx context.Context, a chat.FormAnswer) (console.Step, chat.FormErrors, error)
	// Options returns the choices of a form's field that match what the user typed.
	Options(ctx context.Context, a chat.FormAnswer, field, term string) ([]chat.Option, error)
	// Page returns the channel's setup for a provider.
	Page(ctx context.Context, actor chat.Actor, providerID string, place chat.Place) (console.Page, error)
	// ChannelTools returns the connections that the channel is subscribed to, and their open cards.
	ChannelTools(ctx context.Context, actor chat.Actor, place chat.Place) ([]console.ChannelTool, error)
	// Overview returns a page of all connections, for system admins. Fault: Forbidden.
	Overview(ctx context.Context, actor chat.Actor, q bridge.OverviewQuery, page int) (console.Overview, error)
	// Resume continues what an authorization was for, and returns the result.
	Resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error)
}

// Signer authorizes users at providers.
type Signer interface {
	// Begin returns the provider's page on which the holder of the ticket authorizes.
	Begin(ctx context.Context, providerID string, person chat.PersonID, ticket string) (url string, err error)
	// Complete finishes an authorization with the code and state that the provider sent back, and returns what is to follow; "" for
	// nothing.
	Complete(ctx context.Context, providerID string, person chat.PersonID, code, state string) (who provider.Account, next string, err error)
	// BeginElsewhere is Begin for a browser in which no one is signed in.
	BeginElsewhere(ctx context.Context, providerID, ticket string) (url string, err error)
	// HandOver is Complete for such a browser: it waits until the user types a command with its code in Mattermost.
	HandOver(ctx context.Context, providerID, code, state string) (handed oauth.Handed, typed string, err error)
	// Declined verifies the state of an authorization that the user declined at the provider, and returns what was to follow.
	Declined(ctx context.Context, providerID string, person chat.PersonID, state string) (next string, err error)
}

// Examiner runs the self-check.
type Examiner interface {
	// Examine runs all checks.
	Examine(ctx context.Context) ([]meeting.Check, error)
}

// People is what the routes need to know about users.
type People interface {
	// Markdown returns the message in the user's language as Markdown, for parts of the webapp that render it.
	Markdown(person chat.PersonID, m chat.Message) string
	// Plain returns the message without formatting, for parts that don't; in the server's language for "".
	Plain(person chat.PersonID, m chat.Message) string
	// Admin reports whether the user is a system admin.
	Admin(person chat.PersonID) bool
	// Username returns the name under which the user is mentioned.
	Username(ctx context.Context, person chat.PersonID) (string, error)
	// Conversation returns the conversation with the actor in the place. A dialog needs the trigger; note is the clicked note. Both may
	// be zero.
	Conversation(actor chat.Actor, at chat.Place, trigger string, note chat.MessageRef) chat.Conversation
}

// Settings are the admins' settings that the routes need.
type Settings struct {
	// Missing names a required setting that isn't set; "" if none is missing.
	Missing string
	// Mode is the way in which users authorize.
	Mode string
	// URLSecret must be in the query of Zoom's requests, unless it is "".
	URLSecret string
	JoinHosts []string
	// BotID is the user ID of the plugin's bot.
	BotID string
	// RedirectURL, WebhookURL and DeauthorizationURL are the addresses to enter in the Zoom app, without secrets.
	RedirectURL, WebhookURL, DeauthorizationURL string
}

// Dependencies are what the routes work with.
type Dependencies struct {
	Settings func() Settings
	Meetings Meetings
	Accounts Accounts
	Bridge   Bridge
	Signer   Signer
	Doctor   Examiner
	People   People
	// Providers returns the state of each provider.
	Providers func() []ProviderAnswer
	// Enabled returns the enabled providers and what users can do with them from messages and the composer.
	Enabled  func() []EnabledProvider
	Verifier *zoom.Verifier
	// Accept stores an event, after which it is processed even across a restart. After an error it isn't stored.
	Accept func(ctx context.Context, e zoom.Event, body []byte) error
	// AcceptUnverified takes a deauthorization without a valid signature, to check it with Zoom. It reports whether it was taken.
	AcceptUnverified func(ctx context.Context, e zoom.Event, body []byte) (bool, error)
	// NoteEvent records that a signed event arrived.
	NoteEvent func(ctx context.Context)
	TeamChat  TeamChat
	// AcceptChat stores an event of a Zoom Team Chat app, likewise.
	AcceptChat func(ctx context.Context, appID string, e event.Event, body []byte) error
	// ConnectURL returns the link with which a user connects their Zoom account.
	ConnectURL func(ctx context.Context, person chat.PersonID, next string) (string, error)
	Log        *slog.Logger
}

// userTimeout limits how long a user waits: a call to Zoom of at most ten seconds, preceded by the renewal of a token.
const userTimeout = 25 * time.Second

// New returns the handler of all routes.
func New(d Dependencies) http.Handler {
	mux := http.NewServeMux()
	answering, refused := answers{People: d.People, Log: d.Log}, newRefusals(d.Log.Warn)
	routeSenders(mux, d, answering, refused)
	routeBrowsers(mux, d)
	routeWebapp(mux, d, answering)
	clicks := &buttons{answers: answering, Bridge: d.Bridge, Meetings: d.Meetings}
	mux.HandleFunc("POST /action", forUser(clicks.action))
	mux.HandleFunc("POST /form", forUser(clicks.form))
	forms := &chatForms{answers: answering, Chat: d.TeamChat}
	mux.HandleFunc("POST /chat/forms/{id}", forUser(fromWebapp(forms.submit)))
	return guarded(d.Log, mux)
}

// routeSenders adds the routes for Zoom and the providers, which sign their requests.
func routeSenders(mux *http.ServeMux, d Dependencies, answering answers, refused *refusals) {
	events := &zoomEvents{Settings: d.Settings, Verifier: d.Verifier, Accept: d.Accept, AcceptUnverified: d.AcceptUnverified, NoteEvent: d.NoteEvent, Log: d.Log, refusals: refused}
	mux.HandleFunc("POST /webhook", events.webhook)
	mux.HandleFunc("POST /deauthorization", events.webhook)
	bots := &chatEvents{Chat: d.TeamChat, Accept: d.AcceptChat, Log: d.Log, refusals: refused}
	mux.HandleFunc("POST /teamchat/{app}", bots.receive)
	hooks := &providerHooks{answers: answering, Bridge: d.Bridge, refusals: refused}
	mux.HandleFunc("POST /hooks/{hook}", hooks.hook)
	mux.HandleFunc("POST /hooks/{hook}/{secret}", hooks.hook)
	mux.HandleFunc("GET /hooks/{hook}/{question}", hooks.ask)
	mux.HandleFunc("POST /hooks/{hook}/check", hooks.ask)
}

// routeBrowsers adds the routes that an authorization leads a browser through.
func routeBrowsers(mux *http.ServeMux, d Dependencies) {
	shown := pages{People: d.People, Log: d.Log}
	authorization := &authorizationPages{pages: shown, Accounts: d.Accounts, Meetings: d.Meetings}
	mux.HandleFunc("GET /oauth2/connect", authorization.connect)
	mux.HandleFunc("GET /oauth2/complete", authorization.complete)
	signIn := &signInPages{pages: shown, Signer: d.Signer, Bridge: d.Bridge}
	mux.HandleFunc("GET /oauth2/{provider}/connect", signIn.signIn)
	mux.HandleFunc("GET /oauth2/{provider}/complete", signIn.signInDone)
	bots := &chatPages{pages: shown, Chat: d.TeamChat, ConnectURL: d.ConnectURL}
	mux.HandleFunc("GET /teamchat/{app}/installed", bots.installed)
	mux.HandleFunc("GET /chat/link", bots.link)
	mux.HandleFunc("GET /chat/forms/{id}", bots.form)
}

// routeWebapp adds the routes of the webapp.
func routeWebapp(mux *http.ServeMux, d Dependencies, answering answers) {
	api := &webappAPI{
		answers: answering, Settings: d.Settings, Meetings: d.Meetings, Accounts: d.Accounts, Doctor: d.Doctor,
		Providers: d.Providers, Enabled: d.Enabled,
	}
	mux.HandleFunc("POST /api/v1/meetings", forUser(fromWebapp(api.startMeeting)))
	mux.HandleFunc("GET /api/v1/meetings/{meeting}/posts/{post}", forUser(api.joinHost))
	mux.HandleFunc("GET /api/v1/config", forUser(api.webappConfig))
	mux.HandleFunc("GET /api/v1/setup", forUser(api.setup))
	mux.HandleFunc("GET /api/v1/providers", forUser(api.providers))
	window := &windows{answers: answering, Bridge: d.Bridge}
	mux.HandleFunc("POST /api/v1/providers/{provider}/run", forUser(fromWebapp(window.runInWindow)))
	mux.HandleFunc("POST /api/v1/window/press", forUser(fromWebapp(window.pressInWindow)))
	mux.HandleFunc("POST /api/v1/window/submit", forUser(fromWebapp(window.submitInWindow)))
	mux.HandleFunc("POST /api/v1/window/options", forUser(fromWebapp(window.windowOptions)))
	mux.HandleFunc("GET /api/v1/connections", forUser((&overviewPages{answers: answering, Bridge: d.Bridge}).overview))
	channel := &channelPages{answers: answering, Bridge: d.Bridge, Enabled: d.Enabled}
	mux.HandleFunc("GET /api/v1/providers/{provider}/page", forUser(channel.providerPage))
	mux.HandleFunc("GET /api/v1/channels/{channel}/providers", forUser(channel.channelProviders))
}

// guarded responds with 500 if a handler panics. An unrecovered panic would end the plugin's process.
func guarded(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil {
				log.Error("A request caused a panic", "method", r.Method, "path", loggable(r.URL.Path), "cause", cause, "stack", string(debug.Stack()))
				w.WriteHeader(http.StatusInternalServerError)
			}
		}()
		ctx, cancel := context.WithTimeout(r.Context(), userTimeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// loggable returns the path without what follows "/hooks/", which is as sensitive as a password.
func loggable(path string) string {
	if strings.HasPrefix(path, "/hooks/") {
		return "/hooks/"
	}
	return path
}

// forUser restricts a route to signed-in users.
func forUser(next func(http.ResponseWriter, *http.Request, chat.PersonID)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		person := signedIn(r)
		if person == "" {
			http.Error(w, http.StatusText(http.StatusUnauthorized), http.StatusUnauthorized)
			return
		}
		next(w, r, person)
	}
}

// fromWebapp restricts a route to clients that send the request on purpose. Anyone can add a button to a post that makes the server send
// a request for the user who clicks, to any address of a plugin; such a request lacks this header.
func fromWebapp(next func(http.ResponseWriter, *http.Request, chat.PersonID)) func(http.ResponseWriter, *http.Request, chat.PersonID) {
	return func(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
		if r.Header.Get("X-Requested-With") != "XMLHttpRequest" {
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
			return
		}
		next(w, r, person)
	}
}

// signedIn returns the user of the request, "" for none. Another plugin can put any user into its request, so those count as none.
func signedIn(r *http.Request) chat.PersonID {
	if from := r.Header.Get(headerPlugin); from != "" && from != serverAsPlugin {
		return ""
	}
	return chat.PersonID(r.Header.Get(headerUser))
}
