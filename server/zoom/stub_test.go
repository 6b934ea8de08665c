package zoom_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/zoom"
)

// reply is one answer of the stub.
type reply struct {
	status int
	header map[string]string
	body   string
}

// seen is a request that reached the stub.
type seen struct {
	line, token, body string
}

// stub plays Zoom: it gives its replies in order, the last one for ever, and remembers the requests.
type stub struct {
	replies []reply
	mu      sync.Mutex
	seen    []seen
}

func answering(replies ...reply) *stub { return &stub{replies: replies} }

func (s *stub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	give := s.replies[min(len(s.seen), len(s.replies)-1)]
	s.seen = append(s.seen, seen{r.Method + " " + r.URL.EscapedPath(), r.Header.Get("Authorization"), string(body)})
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Zm-Trackingid", "v=2.0;clid=us01;rid=WEB_1")
	for name, value := range give.header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(give.status)
	_, _ = io.WriteString(w, give.body)
}

// RoundTrip answers without a network, so that a test may run on a clock of its own.
func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result(), nil
}

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// logbook keeps what was logged.
type logbook struct{ lines [][]any }

func (l *logbook) log(_ slog.Level, msg string, pairs ...any) {
	l.lines = append(l.lines, append([]any{msg}, pairs...))
}

// client returns a client that reaches Zoom through the transport.
func client(transport http.RoundTripper, l *logbook) *zoom.Client {
	if l == nil {
		l = &logbook{}
	}
	base := func() string { return "https://zoom.test/v2/" }
	return zoom.NewClient(base, &http.Client{Transport: transport}, time.Now, logging.New(l.log))
}

// grant is a token source that counts its renewals.
type grant struct {
	renewed  []string
	renewErr error
}

func (g *grant) Token(context.Context) (string, error) { return "token-1", nil }

func (g *grant) Renew(_ context.Context, rejected string) (string, error) {
	g.renewed = append(g.renewed, rejected)
	return "token-2", g.renewErr
}

// noGrant is a token source that fails.
type noGrant struct{ err error }

func (g noGrant) Token(context.Context) (string, error) { return "", g.err }
func (g noGrant) Renew(context.Context, string) (string, error) {
	return "", errors.New("not asked for")
}

func me() zoom.Caller { return zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: &grant{}} }

func alice() zoom.Caller {
	return zoom.Caller{App: zoom.AccountApp, User: "alice@example.com", Tokens: &grant{}}
}

// lines returns the requests' methods and paths.
func (s *stub) lines() []string {
	var lines []string
	for _, r := range s.seen {
		lines = append(lines, r.line)
	}
	return lines
}

func TestLogsNeverHoldATokenOrAHostLink(t *testing.T) {
	t.Parallel()
	var l logbook
	zoomStub := answering(reply{401, nil, `{"code":124,"message":"Invalid access token."}`})
	_, err := client(zoomStub, &l).CreateMeeting(t.Context(), me(), zoom.CreateMeeting{})
	require.Error(t, err)
	require.Len(t, l.lines, 2, "the renewal and the refusal")
	for _, line := range l.lines {
		require.Contains(t, line, "v=2.0;clid=us01;rid=WEB_1", "the number that Zoom's support asks for")
		require.NotContains(t, line, "token-1")
		require.NotContains(t, line, "token-2")
	}
	require.NotContains(t, err.Error(), "token-")
}
