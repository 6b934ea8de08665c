package zoom_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/logging"
	"mattermost-plugin-zoom/server/zoom"
)

func TestDefect15_EachRefusalOfZoomHasItsFault(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		as     zoom.Caller
		reply  reply
		code   fault.Code
		params map[string]string
	}{
		{"an address that Zoom does not know", alice(), reply{404, nil, `{"code":1001,"message":"User does not exist: alice@example.com."}`}, fault.ZoomUserUnknown, map[string]string{"Email": "alice@example.com"}},
		{"a user of another account", alice(), reply{404, nil, `{"code":1010,"message":"User does not belong to this account."}`}, fault.ZoomUserUnknown, map[string]string{"Email": "alice@example.com"}},
		{"a user who never accepted the invitation", alice(), reply{400, nil, `{"code":"1120","message":"A valid invitation was not found."}`}, fault.ZoomUserUnknown, map[string]string{"Email": "alice@example.com"}},
		{"missing scopes", me(), reply{400, nil, `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:write:meeting, meeting:write:meeting:admin]."}`}, fault.MissingScope, map[string]string{"Scope": "meeting:write:meeting", "App": "user"}},
		{"missing scopes, said with 401", me(), reply{401, nil, `{"code":124,"message":"Invalid access token, does not contain scopes:[user:read:user,user:read:user:admin]"}`}, fault.MissingScope, map[string]string{"Scope": "user:read:user", "App": "user"}},
		{"missing scopes, said with 403", me(), reply{403, nil, `{"code":104,"message":"Invalid access token, does not contain scope: [meeting:read:meeting]"}`}, fault.MissingScope, map[string]string{"Scope": "meeting:read:meeting", "App": "user"}},
		{"alternatives for an app of the account", alice(), reply{400, nil, `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:write:meeting, meeting:write:meeting:admin]."}`}, fault.MissingScope, map[string]string{"Scope": "meeting:write:meeting:admin", "App": "account"}},
		{"alternatives the other way round", me(), reply{400, nil, `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:write:admin,meeting:write]."}`}, fault.MissingScope, map[string]string{"Scope": "meeting:write", "App": "user"}},
		{"a scope of the other level only", alice(), reply{400, nil, `{"code":4711,"message":"Invalid access token, does not contain scopes:[user:read:user]."}`}, fault.MissingScope, map[string]string{"Scope": "user:read:user", "App": "account"}},
		{"a token without any scopes", me(), reply{400, nil, `{"code":4700,"message":"Invalid access token, does not contain scopes."}`}, fault.MissingScope, map[string]string{"Scope": "", "App": "user"}},
		{"4700 of another kind", me(), reply{400, nil, `{"code":4700,"message":"Token cannot be empty."}`}, fault.ZoomRefused, map[string]string{"Code": "4700", "Message": "Token cannot be empty."}},
		{"4700 without words", me(), reply{400, nil, `{"code":4700,"message":""}`}, fault.ZoomRefused, map[string]string{"Code": "4700", "Message": ""}},
		{"a grant that was revoked, said by the gateway", me(), reply{401, nil, `{"errorCode":4741,"errorMessage":"The token has been revoked."}`}, fault.Revoked, nil},
		{"a grant of the account whose owner is gone", alice(), reply{400, nil, `{"errorCode":4735,"reason":"The owner of the token can not be found."}`}, fault.AccountRevoked, nil},
		{"a meeting that is gone", me(), reply{404, nil, `{"code":3001,"message":"Meeting does not exist: 1."}`}, fault.MeetingUnknown, nil},
		{"a user who may not host", me(), reply{400, nil, `{"code":3161,"message":"Your user account is not allowed meeting hosting."}`}, fault.ZoomRefused, map[string]string{"Code": "3161", "Message": "Your user account is not allowed meeting hosting."}},
		{"wrong fields", me(), reply{400, nil, `{"code":300,"message":"Validation Failed.","errors":[{"field":"topic","message":"Too long."},{"field":"type","message":"Invalid."}]}`}, fault.ZoomRefused, map[string]string{"Code": "300", "Message": "Validation Failed. topic: Too long. type: Invalid."}},
		{"no code", me(), reply{403, nil, `{"message":"Not permitted."}`}, fault.ZoomRefused, map[string]string{"Code": "403", "Message": "Not permitted."}},
		{"a novel", me(), reply{400, nil, `{"code":300,"message":"` + strings.Repeat("ä", 600) + `"}`}, fault.ZoomRefused, map[string]string{"Code": "300", "Message": strings.Repeat("ä", 500)}},
		{"a grant of the user that Zoom rejects for good", me(), reply{401, nil, `{"code":124,"message":"Invalid access token."}`}, fault.Revoked, nil},
		{"a grant of the account that Zoom rejects for good", alice(), reply{401, nil, `{"code":124,"message":"Access token is expired."}`}, fault.AccountRevoked, nil},
		{"an outage", me(), reply{500, nil, `{"code":500,"message":"Internal error"}`}, fault.ZoomUnavailable, nil},
		{"an outage behind a proxy", me(), reply{502, nil, `<html>Bad gateway</html>`}, fault.ZoomUnavailable, nil},
		{"a page", me(), reply{200, nil, `<!doctype html><title>Welcome</title>`}, fault.ZoomUnreachable, map[string]string{"URL": "zoom.test"}},
		{"a page that is missing", me(), reply{404, nil, `404 page not found`}, fault.ZoomUnreachable, map[string]string{"URL": "zoom.test"}},
		{"another API", me(), reply{200, nil, `{"hello":"world"}`}, fault.ZoomUnreachable, map[string]string{"URL": "zoom.test"}},
		{"another API's refusal", me(), reply{403, nil, `["no"]`}, fault.ZoomUnreachable, map[string]string{"URL": "zoom.test"}},
		{"nothing", me(), reply{204, nil, ``}, fault.ZoomUnreachable, map[string]string{"URL": "zoom.test"}},
		{"an endless answer", me(), reply{200, nil, `{"id":"` + strings.Repeat("x", 2<<20) + `"}`}, fault.ZoomUnreachable, map[string]string{"URL": "zoom.test"}},
		{"a redirect", me(), reply{302, map[string]string{"Location": "https://evil.test/"}, ``}, fault.ZoomUnreachable, map[string]string{"URL": "zoom.test"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			zoomStub := answering(test.reply)
			_, err := client(zoomStub, nil).CreateMeeting(t.Context(), test.as, zoom.CreateMeeting{})
			require.Equal(t, test.code, fault.CodeOf(err), "%v", err)
			require.Equal(t, test.params, fault.ParamsOf(err))
			for _, r := range zoomStub.seen {
				require.Equal(t, zoomStub.seen[0].line, r.line, "nothing but this was asked of anybody")
			}
		})
	}
}

func TestDefect20_ARejectedTokenIsRenewedByItsSourceOnce(t *testing.T) {
	t.Parallel()
	expired := reply{401, nil, `{"code":124,"message":"Access token is expired."}`}
	tokens := func(s *stub) (used []string) {
		for _, r := range s.seen {
			used = append(used, r.token)
		}
		return used
	}
	t.Run("and the call is made again", func(t *testing.T) {
		t.Parallel()
		zoomStub, g := answering(expired, reply{201, nil, created}), &grant{}
		_, err := client(zoomStub, nil).CreateMeeting(t.Context(), zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: g}, zoom.CreateMeeting{})
		require.NoError(t, err)
		require.Equal(t, []string{"token-1"}, g.renewed)
		require.Equal(t, []string{"Bearer token-1", "Bearer token-2"}, tokens(zoomStub))
	})
	t.Run("and not again when the new one is rejected too", func(t *testing.T) {
		t.Parallel()
		zoomStub, g := answering(expired), &grant{}
		_, err := client(zoomStub, nil).User(t.Context(), zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: g})
		require.True(t, fault.Is(err, fault.Revoked))
		require.Len(t, g.renewed, 1)
		require.Len(t, zoomStub.seen, 2)
	})
	t.Run("whatever the page says that comes with the 401", func(t *testing.T) {
		t.Parallel()
		zoomStub, g := answering(reply{401, nil, `Unauthorized`}, reply{201, nil, created}), &grant{}
		_, err := client(zoomStub, nil).CreateMeeting(t.Context(), zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: g}, zoom.CreateMeeting{})
		require.NoError(t, err)
	})
	t.Run("and a dead grant is what its source says", func(t *testing.T) {
		t.Parallel()
		g := &grant{renewErr: fault.New(fault.Revoked)}
		_, err := client(answering(expired), nil).User(t.Context(), zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: g})
		require.True(t, fault.Is(err, fault.Revoked))
	})
	t.Run("but not for missing scopes, which the next token will miss as well", func(t *testing.T) {
		t.Parallel()
		g := &grant{}
		zoomStub := answering(reply{401, nil, `{"code":4711,"message":"Invalid access token, does not contain scopes:[a]."}`})
		_, err := client(zoomStub, nil).User(t.Context(), zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: g})
		require.True(t, fault.Is(err, fault.MissingScope))
		require.Empty(t, g.renewed)
	})
}

func TestWithoutATokenZoomIsNotCalled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		code fault.Code
	}{
		{"not connected", fault.New(fault.NotConnected), fault.NotConnected},
		{"the store is down", errors.New("no store"), fault.Internal},
		{"no token in time", context.DeadlineExceeded, fault.ZoomTimeout},
	} {
		zoomStub := answering(reply{200, nil, `{}`})
		_, err := client(zoomStub, nil).User(t.Context(), zoom.Caller{App: zoom.UserApp, User: zoom.Me, Tokens: noGrant{test.err}})
		require.ErrorIs(t, err, test.err, test.name)
		require.Equal(t, test.code, fault.CodeOf(err), test.name)
		require.Empty(t, zoomStub.seen)
	}
}

func TestDefect23_NoCallTakesLongerThanTenSeconds(t *testing.T) {
	t.Parallel()
	hang := roundTrip(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil, r.Context().Err()
	})
	trickle := roundTrip(func(r *http.Request) (*http.Response, error) {
		body := io.NopCloser(readFunc(func([]byte) (int, error) {
			<-r.Context().Done()
			return 0, r.Context().Err()
		}))
		return &http.Response{StatusCode: 200, Body: body, Header: http.Header{}}, nil
	})
	for name, transport := range map[string]http.RoundTripper{"nothing comes": hang, "only the head comes": trickle} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				_, err := client(transport, nil).CreateMeeting(t.Context(), me(), zoom.CreateMeeting{})
				require.True(t, fault.Is(err, fault.ZoomTimeout), "%v", err)
				require.Equal(t, 10*time.Second, time.Since(begin))

				begin = time.Now()
				_, err = client(transport, nil).User(t.Context(), me())
				require.True(t, fault.Is(err, fault.ZoomTimeout), "%v", err)
				require.LessOrEqual(t, time.Since(begin), 10*time.Second)
			})
		})
	}
}

type readFunc func([]byte) (int, error)

func (f readFunc) Read(p []byte) (int, error) { return f(p) }

func TestACallEndsWithTheRequestThatNeededIt(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := client(roundTrip(func(r *http.Request) (*http.Response, error) {
		cancel()
		<-r.Context().Done()
		return nil, r.Context().Err()
	}), nil).User(ctx, me())
	require.ErrorIs(t, err, context.Canceled)
}

func TestTrapCreatingIsNeverRepeatedAfterAServerErrorWhichCouldDoubleTheMeeting(t *testing.T) {
	t.Parallel()
	reset := &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	for _, test := range []struct {
		name   string
		answer func() (*http.Response, error)
		code   fault.Code
	}{
		{"503", func() (*http.Response, error) {
			return &http.Response{StatusCode: 503, Body: io.NopCloser(strings.NewReader("busy")), Header: http.Header{}}, nil
		}, fault.ZoomUnavailable},
		{"broken connection", func() (*http.Response, error) { return nil, reset }, fault.ZoomUnavailable},
		{"answer cut off", func() (*http.Response, error) {
			return &http.Response{StatusCode: 201, Body: io.NopCloser(io.MultiReader(strings.NewReader(`{"id":`), readFunc(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }))), Header: http.Header{}}, nil
		}, fault.ZoomUnavailable},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				requests := 0
				c := client(roundTrip(func(*http.Request) (*http.Response, error) { requests++; return test.answer() }), nil)
				_, err := c.CreateMeeting(t.Context(), me(), zoom.CreateMeeting{})
				require.Equal(t, test.code, fault.CodeOf(err), "%v", err)
				require.Equal(t, 1, requests)

				requests = 0
				_, err = c.User(t.Context(), me())
				require.Equal(t, test.code, fault.CodeOf(err), "%v", err)
				require.Equal(t, 3, requests, "reading does no harm")
			})
		})
	}
}

func TestReadingSurvivesAMomentaryOutage(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		zoomStub := answering(reply{502, nil, "<html>"}, reply{200, nil, `{"id":"u1"}`})
		u, err := client(zoomStub, nil).User(t.Context(), me())
		require.NoError(t, err)
		require.Equal(t, "u1", u.ID)
	})
}

func TestAnAddressThatIsNotZoomsIsNamed(t *testing.T) {
	t.Parallel()
	var l logbook
	plain := httptest.NewServer(answering(reply{200, nil, created}))
	t.Cleanup(plain.Close)
	secure := httptest.NewUnstartedServer(answering(reply{200, nil, created}))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	host := func(s *httptest.Server) string { return s.Listener.Addr().String() }
	for _, test := range []struct{ name, base, named string }{
		{"no server listens", gone.URL, host(gone)},
		{"https where http is spoken", "https://" + host(plain) + "/v2", host(plain)},
		{"a certificate of an unknown authority", secure.URL, host(secure)},
		{"a name that does not exist", "https://zoom.invalid/v2", "zoom.invalid"},
		{"no address", "zoom", "zoom"},
		{"nothing", "", ""},
		{"another scheme", "ftp://zoom.us/v2", "ftp://zoom.us/v2"},
	} {
		transport := &http.Client{Transport: &http.Transport{}}
		if test.named == "zoom.invalid" {
			transport.Transport = roundTrip(func(*http.Request) (*http.Response, error) {
				return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "zoom.invalid", IsNotFound: true}}
			})
		}
		c := zoom.NewClient(func() string { return test.base }, transport, time.Now, logging.New(l.log))
		_, err := c.User(t.Context(), alice())
		require.Equal(t, fault.ZoomUnreachable, fault.CodeOf(err), "%s: %v", test.name, err)
		require.Equal(t, map[string]string{"URL": test.named}, fault.ParamsOf(err), test.name)
		require.NotContains(t, err.Error(), "alice", "addresses of people stay out of the log's error texts")
	}
}

func TestARedirectTakesTheTokenNowhere(t *testing.T) {
	t.Parallel()
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(elsewhere.Close)
	server := httptest.NewServer(answering(reply{307, map[string]string{"Location": elsewhere.URL}, ""}))
	t.Cleanup(server.Close)
	c := zoom.NewClient(func() string { return server.URL }, server.Client(), time.Now, logging.New((&logbook{}).log))
	_, err := c.CreateMeeting(t.Context(), me(), zoom.CreateMeeting{})
	require.True(t, fault.Is(err, fault.ZoomUnreachable))
	require.False(t, asked)
}

func TestManyCallsAtOnceShareOneClient(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, bytes.NewBufferString(created)) }))
	t.Cleanup(server.Close)
	c := zoom.NewClient(func() string { return server.URL }, server.Client(), time.Now, logging.New((&logbook{}).log))
	failures := make(chan error)
	for range 8 {
		go func() {
			_, err := c.CreateMeeting(t.Context(), me(), zoom.CreateMeeting{})
			failures <- err
		}()
	}
	for range 8 {
		require.NoError(t, <-failures)
	}
}
