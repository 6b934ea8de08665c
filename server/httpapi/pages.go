package httpapi

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"html/template"
	"log/slog"
	"net/http"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

//go:embed page.html
var pageHTML string

// page is what a browser shows at the end of an authorization.
type page struct {
	Title, Text string
	// JoinURL and JoinLabel make a link to the started meeting; "" for none.
	JoinURL, JoinLabel string
	// Code is the code to type in Mattermost; "" for none.
	Code string
	// Close makes the page close itself.
	Close bool
	Nonce string
}

// pages leads a browser to an authorization and shows its result.
type pages struct {
	People People
	Log    *slog.Logger
}

// authorizationPages are the routes at the start and the end of an authorization in Zoom.
type authorizationPages struct {
	pages
	Accounts Accounts
	Meetings Meetings
}

// connect redirects to Zoom's page on which the user authorizes. It changes nothing: a GET isn't protected against other sites, and the
// page it leads to asks the user first.
func (s *authorizationPages) connect(w http.ResponseWriter, r *http.Request) {
	s.leadOn(w, r, s.Accounts.Begin, s.Accounts.BeginElsewhere)
}

// leadOn redirects to the page on which the holder of the ticket authorizes. On a phone, links open in a browser in which no one is
// signed in: there the ticket names the user, and showCode ends the authorization.
func (s pages) leadOn(
	w http.ResponseWriter, r *http.Request,
	begin func(ctx context.Context, person chat.PersonID, ticket string) (string, error), elsewhere func(ctx context.Context, ticket string) (string, error),
) {
	person, ticket := signedIn(r), r.URL.Query().Get("t")
	var url string
	var err error
	if person == "" {
		url, err = elsewhere(r.Context(), ticket)
	} else {
		url, err = begin(r.Context(), person, ticket)
	}
	if err != nil {
		s.showFault(w, r, person, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, url, http.StatusFound)
}

// complete is the address to which Zoom sends the user back. The state proves that this user started the authorization a short time ago,
// and that it wasn't used before.
func (s *authorizationPages) complete(w http.ResponseWriter, r *http.Request) {
	person, query := signedIn(r), r.URL.Query()
	if person == "" {
		s.handOver(w, r)
		return
	}
	if query.Get("error") != "" || query.Get("code") == "" {
		_, err := s.Accounts.Declined(r.Context(), person, query.Get("state"))
		if err == nil {
			err = fault.New(fault.Declined)
		}
		s.showFault(w, r, person, err)
		return
	}
	connected, err := s.Accounts.Complete(r.Context(), person, query.Get("code"), query.Get("state"))
	if err != nil {
		s.showFault(w, r, person, err)
		return
	}
	s.show(w, http.StatusOK, s.resumed(r, person, connected))
}

// handOver is complete for a browser in which no one is signed in.
func (s *authorizationPages) handOver(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if query.Get("error") != "" || query.Get("code") == "" {
		s.showFault(w, r, "", fault.New(fault.Declined))
		return
	}
	handed, err := s.Accounts.HandOver(r.Context(), query.Get("code"), query.Get("state"))
	if err != nil {
		s.showFault(w, r, "", err)
		return
	}
	s.showCode(w, r, handed.Person, chat.Say("page.code.text", "Email", handed.Who.Email), "/zoom connect "+handed.Code)
}

// showCode shows the command that completes, in Mattermost, an authorization from a browser in which no one is signed in. Nothing is
// connected until then: the link may have been forwarded to someone else.
func (s pages) showCode(w http.ResponseWriter, r *http.Request, person chat.PersonID, text chat.Message, command string) {
	name, err := s.People.Username(r.Context(), person)
	if err != nil {
		s.showFault(w, r, "", err)
		return
	}
	say := func(m chat.Message) string { return s.People.Plain("", m) }
	s.show(w, http.StatusOK, page{Title: say(chat.Say("page.code.title")), Text: say(text.WithMessage("Username", chat.Verbatim(name))), Code: command})
}

// resumed continues what the authorization was for and returns the page with the result.
func (s *authorizationPages) resumed(r *http.Request, person chat.PersonID, connected account.Connected) page {
	say := func(m chat.Message) string { return s.People.Plain(person, m) }
	p := page{Title: say(chat.Say("page.connected.title"))}
	// The token exchange may have used up the request's time, so the rest gets its own.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), userTimeout)
	defer cancel()
	outcome, err := s.Meetings.Resume(ctx, person.Actor(), connected.Next)
	switch {
	case err != nil:
		p.JoinURL, p.JoinLabel = fault.ParamsOf(err)["Link"], say(chat.Say("page.join"))
		p.Text = say(chat.Say("page.start_failed.text").WithMessage("Reason", chat.Failure(err)))
	case outcome.Prompted:
		p.Text = say(chat.Say("page.prompted.text"))
	case outcome.JoinURL != "":
		p.Text, p.JoinURL, p.JoinLabel = say(chat.Say("page.started.text")), outcome.JoinURL, say(chat.Say("page.join"))
	case connected.ForAll:
		p.Text, p.Close = say(chat.Say("page.connected_all.text")), true
	default:
		p.Text, p.Close = say(chat.Say("page.connected.text", "Email", connected.Email)), true
	}
	return p
}

func (s pages) showFault(w http.ResponseWriter, r *http.Request, person chat.PersonID, err error) {
	code := fault.CodeOf(err)
	s.Log.Log(r.Context(), fault.Level(err), "An authorization failed", "user_id", string(person), "code", string(code), "error", err.Error())
	s.show(w, statusOf(code), s.failed(person, chat.Failure(err)))
}

func (s pages) failed(person chat.PersonID, text chat.Message) page {
	return page{Title: s.People.Plain(person, chat.Say("page.failed.title")), Text: s.People.Plain(person, text)}
}

// show writes the page. The page runs only its own script, is never cached or framed, and sends no referrer, because its address holds
// the authorization code.
func (s pages) show(w http.ResponseWriter, status int, p page) {
	p.Nonce = rand.Text()
	policy := "default-src 'none'; style-src 'nonce-" + p.Nonce + "'; script-src 'nonce-" + p.Nonce + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	writePage(w, s.Log, status, pageHTML, p, policy)
}

// writePage writes what the template makes of the data, under this content security policy. Nothing keeps the page, and it sends no
// referrer.
func writePage(w http.ResponseWriter, log *slog.Logger, status int, source string, data any, policy string) {
	layout, err := template.New("page").Parse(source)
	var out bytes.Buffer
	if err == nil {
		err = layout.Execute(&out, data)
	}
	if err != nil {
		log.Error("A page couldn't be rendered", "error", err.Error())
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", policy)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}
