package kit_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
)

// noon is when all stories begin.
var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// stock is the world of a shop: the smallest product there is.
type stock struct {
	*kit.World
	sold   int
	grants *kit.Grants[string]
}

// Consent implements kit.Authorizer.
func (w *stock) Consent(q url.Values) (kit.Consent, string) {
	if q.Get("client_id") != "app" {
		return kit.Consent{}, "No such app"
	}
	return kit.Consent{
		App: "Chat", ClientID: "app", Scopes: strings.Fields(q.Get("scope")), RedirectURI: "https://chat.example.com/done?x=1",
		State: q.Get("state"), Challenge: q.Get("code_challenge"), Method: q.Get("code_challenge_method"),
		Approver: q.Get("approver"), Declined: "They said no", Note: "For yourself.",
	}, ""
}

// Logins implements kit.Authorizer.
func (w *stock) Logins() []kit.Login { return []kit.Login{{Value: "ada", Label: "Ada"}} }

// Allow implements kit.Authorizer.
func (w *stock) Allow(c kit.Consent, login string) (string, bool) {
	return w.grants.Allow(c, login), login == "ada"
}

// shop is a sandbox of that product, and its address.
type shop struct {
	*kit.Sandbox[*stock]
	t   *testing.T
	url string
}

// open opens a shop.
func open(t *testing.T, rules kit.GrantRules, change ...func(*kit.Options)) *shop {
	t.Helper()
	opts := kit.Options{Now: func() time.Time { return noon }, RandomSeed: 7, AnswerWithin: 200 * time.Millisecond}
	for _, f := range change {
		f(&opts)
	}
	rules.HasApp = func(id string) bool { return id == "app" }
	site := http.NewServeMux()
	s := &shop{t: t}
	s.Sandbox = kit.New(opts, kit.Product[*stock]{
		Site: site, Operation: kit.Patterns(site, "/"),
		Stamp: func(w *stock, h http.Header) { h.Set("X-Id", w.IDs.Hex(4)) },
		NewWorld: func(base *kit.World) (*stock, error) {
			return &stock{World: base, grants: kit.NewGrants[string](base, rules)}, nil
		},
	})
	site.HandleFunc("POST /sales", func(rw http.ResponseWriter, _ *http.Request) {
		s.Locked(func(w *stock) { w.sold++ })
		kit.WriteJSON(rw, http.StatusCreated, kit.Object{"token": "sbx_at_shown", "note": "<b>"})
	})
	pages := kit.NewPages(kit.Theme{Product: "Shop", Note: "Nothing is sold."}, nil)
	kit.RouteOAuth(s.Sandbox, site, "/authorize", pages)
	site.HandleFunc("GET /token", kit.TokenEndpoint(s.Sandbox, func(w *stock, r *http.Request) (any, *kit.Refusal) {
		g, err := w.grants.Exchange("app", r.Form)
		if err != nil {
			return nil, kit.RefuseGrant(err, r.Form, map[error]string{kit.ErrCode: "no such code"})
		}
		return kit.Object{"access_token": w.grants.Issue(g, 0), "refresh_token": g.Refresh}, nil
	}))
	site.HandleFunc("/", kit.Places(s.Sandbox, pages, func(_ *stock, p *kit.Place) {
		switch p.Path {
		case "/goods":
			p.Heading, p.Items = "Goods", []kit.Item{{Code: "tea", Note: "fresh"}}
		case "/gone":
			p.Problem = "Sold out"
		}
	}))
	server := httptest.NewServer(s)
	t.Cleanup(func() { s.Close(); server.Close() })
	s.url = server.URL
	return s
}

// ask sends a request without following redirects and returns status, header and
// body.
func (s *shop) ask(method, path, body string) (int, http.Header, string) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.url+path, strings.NewReader(body))
	require.NoError(s.t, err)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return resp.StatusCode, resp.Header, string(text)
}

// fault adds a rule through the control API.
func (s *shop) fault(rule string) {
	s.t.Helper()
	status, _, text := s.ask(http.MethodPost, "/_sandbox/faults", rule)
	require.Equal(s.t, http.StatusOK, status, text)
}

// ear is an endpoint that records what arrives.
type ear struct {
	url string

	mu     sync.Mutex
	got    []string // the event and the signature of each
	status int
}

// listen opens an endpoint.
func listen(t *testing.T) *ear {
	t.Helper()
	e := &ear{status: http.StatusOK}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.got = append(e.got, r.Header.Get("X-Event")+r.Header.Get("X-Sign"))
		rw.WriteHeader(e.status)
	}))
	t.Cleanup(server.Close)
	e.url = server.URL + "/hook"
	return e
}

// take returns what arrived since the last time.
func (e *ear) take() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	got := e.got
	e.got = nil
	return got
}

// answers sets the status of the answers.
func (e *ear) answers(status int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.status = status
}

// subscriber is a recipient of deliveries that is tried three times.
type subscriber struct {
	inPlace bool
	pause   time.Duration
	asleep  *bool
}

// Prepare implements kit.Recipient.
func (b subscriber) Prepare(d *kit.Sending, _ *kit.Attempt) (http.Header, bool) {
	h := http.Header{"X-Event": {d.Event}}
	switch {
	case d.Action.NoSignature:
		h.Set("X-Sign", "-unsigned")
	case d.Action.BadSignature:
		h.Set("X-Sign", "-forged")
	}
	return h, b.asleep == nil || !*b.asleep
}

// Settle implements kit.Recipient.
func (b subscriber) Settle(d *kit.Sending, a kit.Attempt) kit.Verdict {
	switch {
	case a.Status == http.StatusOK:
		return kit.Verdict{State: kit.DeliveryDone}
	case len(d.Attempts) < 3:
		return kit.Verdict{State: kit.DeliveryWaiting, Again: a.At.Add(b.pause), InPlace: b.inPlace}
	}
	return kit.Verdict{State: kit.DeliveryFailed}
}

// tells posts events to a recipient, in a lane of their own name's first letter.
func (s *shop) tells(e *ear, b subscriber, events ...string) {
	s.t.Helper()
	require.NoError(s.t, s.Control(func(w *stock) error {
		for _, event := range events {
			w.Post(kit.Parcel{
				Delivery: kit.Delivery{Recipient: "chat", URL: e.url, Event: event, Body: []byte(`{}`)},
				To:       b, Lane: event[:1], NewID: w.IDs.UUID,
			})
		}
		return nil
	}))
}

// states are the states of all deliveries.
func (s *shop) states() []string {
	var all []string
	for _, d := range s.Deliveries() {
		all = append(all, d.State)
	}
	return all
}

var errNoWorld = errors.New("no world")

func TestASeedThatIsNotValidPanics(t *testing.T) {
	t.Parallel()
	require.Panics(t, func() {
		kit.New(kit.Options{}, kit.Product[*stock]{NewWorld: func(*kit.World) (*stock, error) { return nil, errNoWorld }})
	})
}
