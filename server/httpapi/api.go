package httpapi

import (
	"encoding/json"
	"net/http"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/meeting"
)

// maxRequest is the largest request of the webapp that is read, in bytes.
const maxRequest = 64 << 10

// StartRequest is what the webapp sends to start a meeting.
type StartRequest struct {
	ChannelID    string `json:"channel_id"`
	RootID       string `json:"root_id"`
	Topic        string `json:"topic"`
	ConnectionID string `json:"connection_id"`
	// Identity is "unique", "personal", or "" for the user's setting.
	Identity string `json:"identity"`
	// Force starts another meeting although one is open in the channel.
	Force bool `json:"force"`
}

// StartAnswer is what came of it.
type StartAnswer struct {
	// Outcome is "started", or "prompted" when the person was asked something instead.
	Outcome    string `json:"outcome"`
	MeetingURL string `json:"meeting_url"`
	PostID     string `json:"post_id,omitempty"`
}

// ErrorAnswer is a failure, in words for who asked.
type ErrorAnswer struct {
	Error ErrorDetail `json:"error"`
}

// ErrorDetail is a failure's code and sentence.
type ErrorDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ConfigAnswer is what the webapp needs to know of the settings.
type ConfigAnswer struct {
	Configured    bool     `json:"configured"`
	Authorization string   `json:"authorization"`
	Connected     bool     `json:"connected"`
	JoinHosts     []string `json:"join_hosts"`
	// BotID is the user that cards are posted by.
	BotID string `json:"bot_id"`
	// Providers are the enabled ones.
	Providers []EnabledProvider `json:"providers"`
}

// JoinHostAnswer is the host that a meeting's post may lead to.
type JoinHostAnswer struct {
	// JoinHost is "" for a post that isn't one of ours.
	JoinHost string `json:"join_host"`
}

// EnabledProvider is an enabled provider, with what it can do besides its cards.
type EnabledProvider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Word is that of its command; Can holds those of the words behind it that there are: "trigger", "search", "note", and "configure" for
	// one whose setup is a page of several parts.
	Word string   `json:"word"`
	Can  []string `json:"can"`
}

// SetupAnswer is what the System Console shows of the setup.
type SetupAnswer struct {
	RedirectURL        string        `json:"redirect_url"`
	WebhookURL         string        `json:"webhook_url"`
	DeauthorizationURL string        `json:"deauthorization_url"`
	Checks             []CheckAnswer `json:"checks"`
}

// CheckAnswer is one line of the self-check.
type CheckAnswer struct {
	ID string `json:"id"`
	// Status is "ok", "warn" or "fail".
	Status  string `json:"status"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// ProviderAnswer is how a provider stands, for admins.
type ProviderAnswer struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	// Trigger is the word of its command.
	Trigger string `json:"trigger"`
	// Clash is whose command has that word already, so that this one has none; "" is no one's.
	Clash string `json:"clash,omitempty"`
}

// webappAPI answers the webapp: it starts meetings and shows how the plugin is set up.
type webappAPI struct {
	answers
	Settings  func() Settings
	Meetings  Meetings
	Accounts  Accounts
	Doctor    Examiner
	Providers func() []ProviderAnswer
	Enabled   func() []EnabledProvider
}

// startMeeting starts a meeting from the channel header, the App Bar or the already-running prompt. The window that asked
// opens the join page itself, so none is told to.
func (s *webappAPI) startMeeting(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	var request StartRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&request); err != nil {
		s.fail(w, person, fault.Wrap(err, fault.InvalidInput))
		return
	}
	outcome, err := s.Meetings.Start(r.Context(), meeting.StartRequest{
		Actor: person.Actor(), Place: placeOf(request.ChannelID, request.RootID), Topic: request.Topic,
		Choice: meeting.Choice(request.Identity), AllTheSame: request.Force || r.URL.Query().Get("force") == "true",
		Window: request.ConnectionID, OpensItself: true,
	})
	if err != nil {
		s.fail(w, person, err)
		return
	}
	answer := StartAnswer{Outcome: "started", MeetingURL: outcome.JoinURL, PostID: outcome.Message.ID}
	if outcome.Prompted {
		answer.Outcome = "prompted"
	}
	s.reply(w, http.StatusOK, answer)
}

// joinHost says which host the link of a meeting's post may lead to.
func (s *webappAPI) joinHost(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	host, err := s.Meetings.JoinHost(r.Context(), r.PathValue("meeting"), chat.MessageRef{Place: placeOf("", ""), ID: r.PathValue("post")})
	if err != nil {
		s.fail(w, person, err)
		return
	}
	s.reply(w, http.StatusOK, JoinHostAnswer{JoinHost: host})
}

func (s *webappAPI) webappConfig(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	settings := s.Settings()
	answer := ConfigAnswer{Configured: settings.Missing == "", Authorization: settings.Mode, JoinHosts: settings.JoinHosts, BotID: settings.BotID, Providers: s.Enabled()}
	if answer.Configured {
		_, connected, err := s.Accounts.Connected(r.Context(), person)
		if err != nil {
			s.fail(w, person, err)
			return
		}
		answer.Connected = connected
	}
	s.reply(w, http.StatusOK, answer)
}

func (s *webappAPI) setup(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	if !s.People.Admin(person) {
		s.fail(w, person, fault.New(fault.Forbidden))
		return
	}
	checks, err := s.Doctor.Examine(r.Context())
	if err != nil {
		s.fail(w, person, err)
		return
	}
	settings := s.Settings()
	answer := SetupAnswer{RedirectURL: settings.RedirectURL, WebhookURL: settings.WebhookURL, DeauthorizationURL: settings.DeauthorizationURL}
	for _, check := range checks {
		answer.Checks = append(answer.Checks, CheckAnswer{
			ID: check.ID, Status: string(check.Verdict), Message: s.People.Plain(person, check.Message), Fix: s.People.Plain(person, check.Fix),
		})
	}
	s.reply(w, http.StatusOK, answer)
}

// providers lists the providers for the System Console.
func (s *webappAPI) providers(w http.ResponseWriter, _ *http.Request, person chat.PersonID) {
	if !s.People.Admin(person) {
		s.fail(w, person, fault.New(fault.Forbidden))
		return
	}
	s.reply(w, http.StatusOK, s.Providers())
}
