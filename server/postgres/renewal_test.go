package postgres_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/oauth"
	"mattermost-plugin-zoom/server/postgres"
	"mattermost-plugin-zoom/server/postgres/pgtest"
)

// rotating is an authorization server whose refresh tokens work once.
type rotating struct {
	mu sync.Mutex
	// valid is the refresh token that works now; used are those that were tried.
	valid string
	used  []string
	// before is called before a request takes effect, and after before its answer.
	before, after func(r *http.Request)
}

func (z *rotating) RoundTrip(r *http.Request) (*http.Response, error) {
	z.mu.Lock()
	before, after := z.before, z.after
	z.mu.Unlock()
	if before != nil {
		before(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	status, answer := z.refresh(form.Get("refresh_token"))
	if after != nil {
		after(r)
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(answer)), Request: r,
	}, nil
}

func (z *rotating) refresh(token string) (status int, answer string) {
	z.mu.Lock()
	defer z.mu.Unlock()
	z.used = append(z.used, token)
	if token != z.valid {
		return http.StatusBadRequest, `{"error":"invalid_grant","reason":"Invalid Token!"}`
	}
	z.valid = fmt.Sprintf("refresh-%d", len(z.used))
	return http.StatusOK, fmt.Sprintf(`{"access_token":"access-%d","refresh_token":"%s","token_type":"bearer","expires_in":3600}`, len(z.used), z.valid)
}

// tries returns how many refresh tokens were tried.
func (z *rotating) tries() int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return len(z.used)
}

// cluster are two servers with one database.
type cluster struct {
	source string
	dbs    [2]*postgres.DB
	tokens [2]*oauth.Tokens
	zoom   *rotating
}

// newCluster returns one in which the token of "ann" has expired.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{source: pgtest.Source(t), zoom: &rotating{valid: "refresh-0"}}
	for n := range c.dbs {
		db := pgtest.Reopen(t, c.source)
		vault := oauth.NewVault(postgres.NewKeyring(db), time.Now)
		vault.SetKey("a setting of enough characters")
		c.dbs[n] = db
		c.tokens[n] = oauth.NewTokens(oauth.Dependencies{
			Grants: postgres.NewGrants(db), SignIns: postgres.NewSignIns(db), Vault: vault, Client: &http.Client{Transport: c.zoom}, Now: time.Now,
			Log: slog.New(slog.DiscardHandler), App: func() oauth.App {
				return oauth.App{ClientID: "client", ClientSecret: "secret", TokenURL: "https://zoom.test/token", RevokeURL: "https://zoom.test/revoke"}
			},
		})
	}
	require.NoError(t, c.tokens[0].Of("ann").Save(t.Context(), oauth.Token{Access: "access-0", Refresh: "refresh-0", Expiry: time.Now()}, oauth.Identity{Email: "ann@example.com"}))
	return c
}

func TestFiftyStartsAtExpiryOnTwoServersRenewOnce(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.zoom.after = func(*http.Request) { time.Sleep(200 * time.Millisecond) }
	var mu sync.Mutex
	got := map[string]int{}
	var starts sync.WaitGroup
	for n := range 50 {
		starts.Go(func() {
			access, err := c.tokens[n%2].Of("ann").Token(context.Background())
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			got[access]++
		})
	}
	starts.Wait()
	require.Equal(t, map[string]int{"access-1": 50}, got)
	require.Equal(t, 1, c.zoom.tries())
}

// More renewals wait for Zoom than the pool has connections, and other statements don't wait for them.
func TestSlowRenewalsLeaveConnectionsToOthers(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	waiting, goOn := make(chan struct{}), make(chan struct{})
	var asked atomic.Int32
	c.zoom.before = func(*http.Request) {
		if asked.Add(1) == 20 {
			close(waiting)
		}
		<-goOn
	}
	var renewals sync.WaitGroup
	for n := range 20 {
		name := fmt.Sprintf("user-%d", n)
		require.NoError(t, c.tokens[0].Of(name).Save(t.Context(), oauth.Token{Refresh: "unknown", Expiry: time.Now()}, oauth.Identity{}))
		renewals.Go(func() { _, _ = c.tokens[0].Of(name).Token(context.Background()) })
	}
	<-waiting
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	_, err := c.dbs[0].Check(ctx)
	require.NoError(t, err)
	close(goOn)
	renewals.Wait()
}

func TestAServerKilledBeforeZoomAnswersIsReplaced(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	asked, never := make(chan struct{}), make(chan struct{})
	t.Cleanup(func() { close(never) })
	c.zoom.before = func(*http.Request) { close(asked); <-never } // the request never leaves
	go func() { _, _ = c.tokens[0].Of("ann").Token(context.Background()) }()
	<-asked
	c.dbs[0].Close()
	c.zoom.mu.Lock()
	c.zoom.before = nil
	c.zoom.mu.Unlock()
	go func() {
		time.Sleep(100 * time.Millisecond)
		passes(t, c.source, 20*time.Second)
	}()
	began := time.Now()
	access, err := c.tokens[1].Of("ann").Token(t.Context())
	require.NoError(t, err)
	require.Equal(t, "access-1", access)
	require.Greater(t, time.Since(began), 100*time.Millisecond, "not before the lease has run out")
	require.Equal(t, 1, c.zoom.tries())
}

func TestARefusedRefreshIsRememberedByAllServers(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.zoom.valid = "another"
	for n := range 6 {
		_, err := c.tokens[n%2].Of("ann").Token(t.Context())
		require.Equal(t, fault.Revoked, fault.CodeOf(err))
	}
	require.Equal(t, 1, c.zoom.tries())
}

func TestADisconnectDuringARenewalWins(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	c.zoom.after = func(*http.Request) { require.NoError(t, c.tokens[1].Of("ann").Drop(context.Background(), false)) }
	_, err := c.tokens[0].Of("ann").Token(t.Context())
	require.Equal(t, fault.NotConnected, fault.CodeOf(err))
}

// passes lets time pass for all that ends by the database's clock.
func passes(t *testing.T, source string, d time.Duration) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), source)
	require.NoError(t, err)
	for _, sql := range []string{"UPDATE zoom_grant SET leased_until = leased_until - $1::interval", "UPDATE zoom_sign_in SET expires_at = expires_at - $1::interval"} {
		_, err := conn.Exec(context.Background(), sql, d)
		require.NoError(t, err)
	}
	require.NoError(t, conn.Close(context.Background()))
}
