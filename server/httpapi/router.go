// Package httpapi is the plugin's face on HTTP: the webhooks of Zoom and of the providers, the pages of an authorization, the clicks on
// buttons and the answers to forms, and the API of the webapp.
//
// The server sets the Mattermost-User-Id header for people who are signed in and strips it from everyone else's requests;
// the routes for people rely on it. The routes for Zoom and for tools rely on their signatures alone.
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
	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/zoom"
)

// Headers that the Mattermost server sets.
const (
	headerUser   = "Mattermost-User-Id"
	headerPlugin = "Mattermost-Plugin-ID"
	// serverAsPlugin is what the second says when the server itself calls, as it does for clicks on buttons.
	serverAsPlugin = "com.mattermost.server"
)

// Meetings is what the routes do with meetings.
type Meetings interface {
	// Start starts a meeting; the person was told what came of it in any case.
	Start(ctx context.Context, r meeting.StartRequest) (meeting.Outcome, error)
	// Resume goes on with the start that an authorization held back; "" is none.
	Resume(ctx context.Context, actor chat.Actor, next string) (meeting.Outcome, error)
	// JoinHost returns the host that Zoom gave the join link of the post, "" for one that isn't ours.
	JoinHost(ctx context.Context, meetingID string, m chat.MessageRef) (string, error)
	// Act carries out a click on a button.
	Act(ctx context.Context, c chat.Click) error
}

// Accounts is what the routes do with people's accounts in Zoom.
type Accounts interface {
	// Begin returns Zoom's page on which the bearer of the ticket authorizes.
	Begin(ctx context.Context, person chat.PersonID, ticket string) (url string, err error)
	// Complete finishes an authorization with what Zoom sent back.
	Complete(ctx context.Context, person chat.PersonID, code, state string) (account.Connected, error)
	// BeginElsewhere is Begin in a browser in which no one is signed in.
	BeginElsewhere(ctx context.Context, ticket string) (url string, err error)
	// HandOver is Complete in such a browser: it waits for its code to be typed in Mattermost.
	HandOver(ctx context.Context, code, state string) (oauth.Handed, error)
	// Declined checks the state of an authorization that was refused in Zoom, and returns what was to follow.
	Declined(ctx context.Context, person chat.PersonID, state string) (next string, err error)
	// Connected reports whether the person's calls to Zoom can be made, and as which address.
	Connected(ctx context.Context, person chat.PersonID) (email string, connected bool, err error)
}

// Bridge is what the routes do with the news of providers.
type Bridge interface {
	// Ingest reads, verifies and stores a delivery. Faults: HookUnknown, TooLarge, Unsigned, Forged, InvalidInput; after any other error
	// it may be sent again.
	Ingest(ctx context.Context, hook, pathSecret string, header func(string) string, body io.Reader) error
	// Ask answers what a provider asks below the address of a hook. Faults likewise.
	Ask(ctx context.Context, hook, question string, header func(string) string, body io.Reader) ([]byte, error)
	// Act carries out a click on a button or menu of a card.
	Act(ctx context.Context, c chat.Click) error
	// Press carries out a click on a button under a note.
	Press(ctx context.Context, c chat.Click) error
	// Submit carries out the answer to a form; errors by field keep it open.
	Submit(ctx context.Context, a chat.FormAnswer) (chat.FormErrors, error)
	// RunInWindow does what the text says behind the provider's command, and returns what to show in the person's window.
	RunInWindow(ctx context.Context, actor chat.Actor, at chat.Place, providerID, text string) (console.Step, error)
	// PressInWindow carries out a click on a button in a window, likewise.
	PressInWindow(ctx context.Context, actor chat.Actor, at chat.Place, sealed string) (console.Step, error)
	// SubmitInWindow carries out the answer to a form in a window, likewise; errors by field keep it open.
	SubmitInWindow(ctx context.Context, a chat.FormAnswer) (console.Step, chat.FormErrors, error)
	// Options returns the choices of a form's field that fit what is typed.
	Options(ctx context.Context, a chat.FormAnswer, field, term string) ([]chat.Option, error)
	// Page returns what the channel has set up of a provider.
	Page(ctx context.Context, actor chat.Actor, providerID string, place chat.Place) (console.Page, error)
	// ChannelTools returns what the channel follows, and what is open of it.
	ChannelTools(ctx context.Context, actor chat.Actor, place chat.Place) ([]console.ChannelTool, error)
	// Resume goes on with what an authorization was for, and says what came of it.
	Resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error)
}

// Signer has people authorize at the providers of providers.
type Signer interface {
	// Begin returns the provider's page on which the bearer of the ticket authorizes.
	Begin(ctx context.Context, providerID string, person chat.PersonID, ticket string) (url string, err error)
	// Complete finishes an authorization with what the provider sent back, and returns what was to follow; "" is nothing.
	Complete(ctx context.Context, providerID string, person chat.PersonID, code, state string) (who provider.Account, next string, err error)
	// BeginElsewhere is Begin in a browser in which no one is signed in.
	BeginElsewhere(ctx context.Context, providerID, ticket string) (url string, err error)
	// HandOver is Complete in such a browser: it waits for a command with its code to be typed in Mattermost.
	HandOver(ctx context.Context, providerID, code, state string) (handed oauth.Handed, typed string, err error)
	// Declined checks the state of an authorization that was refused at the provider, and returns what was to follow.
	Declined(ctx context.Context, providerID string, person chat.PersonID, state string) (next string, err error)
}

// Examiner runs the self-check.
type Examiner interface {
	// Examine runs all checks.
	Examine(ctx context.Context) ([]meeting.Check, error)
}

// People is what the routes need to know of who asks.
type People interface {
	// Markdown returns the message in the user's language, for where the web app formats text.
	Markdown(person chat.PersonID, m chat.Message) string
	// Plain returns the message for where nothing does; in the server's language for "".
	Plain(person chat.PersonID, m chat.Message) string
	// Admin reports whether the user is a system admin.
	Admin(person chat.PersonID) bool
	// Username returns the name under which the user is mentioned.
	Username(ctx context.Context, person chat.PersonID) (string, error)
	// Conversation returns the exchange with the actor in the place. The trigger lets a dialog be shown, and note is the note that was
	// clicked; both may be blank.
	Conversation(actor chat.Actor, at chat.Place, trigger string, note chat.MessageRef) chat.Conversation
}

// Settings are what admins decide, as the routes need it.
type Settings struct {
	// Missing names a setting without which nothing works; "" when there is none.
	Missing string
	// Mode is how users authorize.
	Mode string
	// URLSecret must stand in the query of Zoom's requests, unless it is "".
	URLSecret string
	JoinHosts []string
	// BotID is the plugin's bot.
	BotID string
	// RedirectURL, WebhookURL and DeauthorizationURL are for the Zoom app, without secrets in them.
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
	// Providers says how the providers stand.
	Providers func() []ProviderAnswer
	// Enabled lists the enabled providers, with what they can do from messages and the composer.
	Enabled  func() []EnabledProvider
	Verifier *zoom.Verifier
	// Accept stores a delivery so that it will be carried out whatever happens; after an error it is not stored.
	Accept func(ctx context.Context, e zoom.Event, body []byte) error
	// AcceptUnverified takes a deauthorization that no secret token verifies, to ask Zoom about it; it reports whether it did.
	AcceptUnverified func(ctx context.Context, e zoom.Event, body []byte) (bool, error)
	// NoteEvent notes that a signed event arrived.
	NoteEvent func(ctx context.Context)
	Log       *slog.Logger
}

// userTimeout bounds what a person waits for: a call to Zoom of at most ten seconds, and the renewal of a token before it.
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
	return guarded(d.Log, mux)
}

// routeSenders has the routes for Zoom and for providers, which sign what they send.
func routeSenders(mux *http.ServeMux, d Dependencies, answering answers, refused *refusals) {
	events := &zoomEvents{Settings: d.Settings, Verifier: d.Verifier, Accept: d.Accept, AcceptUnverified: d.AcceptUnverified, NoteEvent: d.NoteEvent, Log: d.Log, refusals: refused}
	mux.HandleFunc("POST /webhook", events.webhook)
	mux.HandleFunc("POST /deauthorization", events.webhook)
	hooks := &providerHooks{answers: answering, Bridge: d.Bridge, refusals: refused}
	mux.HandleFunc("POST /hooks/{hook}", hooks.hook)
	mux.HandleFunc("POST /hooks/{hook}/{secret}", hooks.hook)
	mux.HandleFunc("GET /hooks/{hook}/{question}", hooks.ask)
	mux.HandleFunc("POST /hooks/{hook}/check", hooks.ask)
}

// routeBrowsers has the routes that an authorization leads a browser through.
func routeBrowsers(mux *http.ServeMux, d Dependencies) {
	shown := pages{People: d.People, Log: d.Log}
	authorization := &authorizationPages{pages: shown, Accounts: d.Accounts, Meetings: d.Meetings}
	mux.HandleFunc("GET /oauth2/connect", authorization.connect)
	mux.HandleFunc("GET /oauth2/complete", authorization.complete)
	signIn := &signInPages{pages: shown, Signer: d.Signer, Bridge: d.Bridge}
	mux.HandleFunc("GET /oauth2/{provider}/connect", signIn.signIn)
	mux.HandleFunc("GET /oauth2/{provider}/complete", signIn.signInDone)
}

// routeWebapp has the routes of the webapp.
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
	channel := &channelPages{answers: answering, Bridge: d.Bridge, Enabled: d.Enabled}
	mux.HandleFunc("GET /api/v1/providers/{provider}/page", forUser(channel.providerPage))
	mux.HandleFunc("GET /api/v1/channels/{channel}/providers", forUser(channel.channelProviders))
}

// guarded answers 500 where a handler panics: a panic that got out would end the plugin's process.
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

// loggable returns a path for the log, without what follows "/hooks/": that is as good as a password.
func loggable(path string) string {
	if strings.HasPrefix(path, "/hooks/") {
		return "/hooks/"
	}
	return path
}

// forUser keeps a route for people who are signed in.
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

// fromWebapp keeps a route for programs that send the request on purpose. Anyone can put a button into a post that has the
// server send a request for whoever clicks it, to any address of a plugin; such a request lacks this header.
func fromWebapp(next func(http.ResponseWriter, *http.Request, chat.PersonID)) func(http.ResponseWriter, *http.Request, chat.PersonID) {
	return func(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
		if r.Header.Get("X-Requested-With") != "XMLHttpRequest" {
			http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
			return
		}
		next(w, r, person)
	}
}

// signedIn returns whose request it is, "" when no one's. Another plugin may put any user into its request, so those count
// as no one's.
func signedIn(r *http.Request) chat.PersonID {
	if from := r.Header.Get(headerPlugin); from != "" && from != serverAsPlugin {
		return ""
	}
	return chat.PersonID(r.Header.Get(headerUser))
}
