package httpapi

import (
	"encoding/json"
	"net/http"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/meeting"
)

// maxRequest is the largest request body of the webapp that is read, in bytes.
const maxRequest = 64 << 10

// StartRequest is the webapp's request to start a meeting.
type StartRequest struct {
	ChannelID    string `json:"channel_id"`
	RootID       string `json:"root_id"`
	Topic        string `json:"topic"`
	ConnectionID string `json:"connection_id"`
	// Identity is "unique", "personal", or "" for the user's setting.
	Identity string `json:"identity"`
	// Force starts another meeting even if one is open in the channel.
	Force bool `json:"force"`
}

// StartAnswer is the result of a StartRequest.
type StartAnswer struct {
	// Outcome is "started", or "prompted" if the user was asked something instead.
	Outcome    string `json:"outcome"`
	MeetingURL string `json:"meeting_url"`
	PostID     string `json:"post_id,omitempty"`
}

// ErrorAnswer is a failure, in the requester's language.
type ErrorAnswer struct {
	Error ErrorDetail `json:"error"`
}

// ErrorDetail is a failure's code and sentence.
type ErrorDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// ConfigAnswer is the part of the settings that the webapp needs.
type ConfigAnswer struct {
	Configured    bool     `json:"configured"`
	Authorization string   `json:"authorization"`
	Connected     bool     `json:"connected"`
	JoinHosts     []string `json:"join_hosts"`
	// BotID is the user ID of the bot that posts cards.
	BotID string `json:"bot_id"`
	// Providers are the enabled providers.
	Providers []EnabledProvider `json:"providers"`
}

// JoinHostAnswer is the host that a meeting post may link to.
type JoinHostAnswer struct {
	// JoinHost is "" for a post that the plugin didn't write.
	JoinHost string `json:"join_host"`
}

// EnabledProvider is an enabled provider and its features beyond cards.
type EnabledProvider struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Word is the trigger of its command. Can lists the subcommands that the webapp offers: "trigger", "search", "note", and "configure"
	// for a provider whose setup page has several tabs.
	Word string   `json:"word"`
	Can  []string `json:"can"`
}

// SetupAnswer is the state of the setup, for the System Console.
type SetupAnswer struct {
	RedirectURL        string        `json:"redirect_url"`
	WebhookURL         string        `json:"webhook_url"`
	DeauthorizationURL string        `json:"deauthorization_url"`
	Checks             []CheckAnswer `json:"checks"`
}

// CheckAnswer is one check of the self-check.
type CheckAnswer struct {
	ID string `json:"id"`
	// Status is "ok", "warn" or "fail".
	Status  string `json:"status"`
	Message string `json:"message"`
	Fix     string `json:"fix"`
}

// ProviderAnswer is the state of a provider, for admins.
type ProviderAnswer struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	// Trigger is the trigger word of its command.
	Trigger string `json:"trigger"`
	// Clash names the owner of a command that already has that trigger, so that this provider gets none; "" for no clash.
	Clash string `json:"clash,omitempty"`
}

// webappAPI serves the webapp: it starts meetings and shows how the plugin is set up.
type webappAPI struct {
	answers
	Settings  func() Settings
	Meetings  Meetings
	Accounts  Accounts
	Doctor    Examiner
	Providers func() []ProviderAnswer
	Enabled   func() []EnabledProvider
}

// startMeeting starts a meeting from the channel header, the App Bar or the already-running prompt. The requesting window opens the join
// page itself, so none is sent an event to do so.
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

// joinHost returns the host that a meeting post's link may point to.
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
