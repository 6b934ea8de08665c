package oauth_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
)

// stalled is a body that returns nothing until the request is canceled.
type stalled struct{ gone <-chan struct{} }

func (s stalled) Read([]byte) (int, error) { <-s.gone; return 0, io.ErrUnexpectedEOF }
func (s stalled) Close() error             { return nil }

// The peer's timeout ended with the headers, so a response could take forever.
func TestDefect23_TheTimeoutCoversTheBody(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: stalled{r.Context().Done()}, Request: r}, nil
		})}
		asked := time.Now()
		_, err := oauth.NewTokens(w.dependencies(s, client)).Of("ann").Token(t.Context())
		wantFault(t, fault.ZoomTimeout, err)
		require.Equal(t, oauth.CallTimeout, time.Since(asked))
	})
}

func TestDefect23_TheBodyIsBounded(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server(firstKey)
		w.connect(s, "ann", "ann@example.com", 0)
		endless := &counting{}
		client := &http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(endless), Request: r}, nil
		})}
		_, err := oauth.NewTokens(w.dependencies(s, client)).Of("ann").Token(t.Context())
		wantFault(t, fault.ZoomUnreachable, err)
		require.LessOrEqual(t, endless.read, 2<<20)
	})
}

type counting struct{ read int }

func (c *counting) Read(p []byte) (int, error) {
	copy(p, strings.Repeat(" ", len(p)))
	c.read += len(p)
	return len(p), nil
}

func TestOverARealConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	live := httptest.NewServer(w.zoom)
	s := w.server(firstKey)
	s.app = func() oauth.App {
		app := w.zoom.app()
		app.AuthURL, app.TokenURL, app.RevokeURL = live.URL+"/oauth/authorize", live.URL+"/oauth/token", live.URL+"/oauth/revoke"
		return app
	}
	s.tokens = oauth.NewTokens(w.dependencies(s, live.Client()))
	s.flow = oauth.NewFlow(w.dependencies(s, live.Client()))

	code, state := w.begin(s, "ann")
	done, err := s.flow.Complete(t.Context(), "ann", code, state)
	require.NoError(t, err)
	g := s.tokens.Of("ann")
	require.NoError(t, g.Save(t.Context(), done.Token, oauth.Identity{}))
	_, err = g.Renew(t.Context(), done.Token.Access)
	require.NoError(t, err)
	_, err = s.tokens.Server().Token(t.Context())
	require.NoError(t, err)

	live.Close()
	_, err = s.tokens.Of("ann").Renew(t.Context(), readAccess(t, g))
	wantFault(t, fault.ZoomUnreachable, err)
	require.NoError(t, g.Drop(t.Context(), true))
	require.Equal(t, 1, w.logged("couldn't be revoked"))
}

func readAccess(t *testing.T, g *oauth.Grant) string {
	t.Helper()
	access, err := g.Token(t.Context())
	require.NoError(t, err)
	return access
}
