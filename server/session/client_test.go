package session_test

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/session"
)

func TestASessionReachesNoHostButItsSites(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		opened, err := s.With(t.Context(), "hub", cloud, annsToken)
		require.NoError(t, err)
		for _, own := range []string{"/user", "https://cloud.test/user", "https://API.cloud.test:443/user", "https://api.cloud.test/here"} {
			require.NoError(t, opened.Call(t.Context(), http.MethodGet, own, nil, nil), own)
		}
		before := len(w.tool.calls)
		for _, other := range []string{
			"https://elsewhere.test/user", "http://cloud.test/user", "https://cloud.test:8443/user", "https://cloud.test.elsewhere.test/user",
			"https://cloud.test@elsewhere.test/user",
		} {
			err := opened.Call(t.Context(), http.MethodPost, other, map[string]string{"a": "b"}, nil)
			wantFault(t, fault.HostUnknown, err)
		}
		require.Len(t, w.tool.calls, before, "nothing left this machine")

		err = opened.Call(t.Context(), http.MethodGet, "https://cloud.test/there", nil, nil)
		wantFault(t, fault.ProviderRefused, err)
		require.Zero(t, w.tool.count("GET elsewhere.test/user"))
		w.tool.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
			http.Redirect(rw, r, r.URL.Path+"x", http.StatusFound)
			return true
		})
		err = opened.Call(t.Context(), http.MethodGet, "/round", nil, nil)
		wantFault(t, fault.ProviderRefused, err)
		require.Len(t, w.tool.calls, before+1+1+session.MaxRedirects, "nobody is led around for ever")
	})
}

func TestOnlyAnAdminsWordLeadsPastTheGuard(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		call := func(site provider.Site) {
			opened, err := s.With(t.Context(), "hub", site, annsToken)
			require.NoError(t, err)
			_, err = hub{}.WhoAmI(t.Context(), opened)
			require.NoError(t, err)
		}
		call(company)
		require.Equal(t, []string{"dc.test"}, w.guarded, "anybody can type an address")
		call(cloud)
		require.NoError(t, s.SaveSite(t.Context(), "hub", company, "", ""))
		call(company)
		require.Len(t, w.guarded, 1)
		call(provider.Site{URL: company.URL, API: "https://inside.test"})
		require.Zero(t, w.tool.count("GET inside.test/user"), "what an admin set is not changed by who calls")
		call(provider.Site{URL: "https://stranger.test", API: "https://inside.test"})
		require.Equal(t, []string{"dc.test", "inside.test"}, w.guarded)
		require.NoError(t, s.RemoveSite(t.Context(), "hub", company.URL))
		call(company)
		require.Len(t, w.guarded, 3)
	})
}

func TestReadsAreRetriedAndWritesAreNot(t *testing.T) {
	for name, tc := range map[string]struct {
		method, after string
		status, fails int
		calls         int
		takes         time.Duration
		code          fault.Code
	}{
		"a hiccup":                    {http.MethodGet, "", 503, 2, 3, 2 * time.Second, ""},
		"down":                        {http.MethodGet, "", 500, 9, 3, 2 * time.Second, fault.ProviderUnavailable},
		"a short wait":                {http.MethodGet, "2", 429, 1, 2, 2 * time.Second, ""},
		"a long wait":                 {http.MethodGet, "120", 429, 1, 1, 0, fault.ProviderLimited},
		"a wait beyond all bounds":    {http.MethodGet, "99999999999999999999", 429, 9, 3, 2 * time.Second, fault.ProviderLimited},
		"waits that are too long":     {http.MethodGet, "3", 503, 9, 3, 6 * time.Second, fault.ProviderUnavailable},
		"not there":                   {http.MethodGet, "", 404, 9, 1, 0, fault.ResourceUnknown},
		"not made":                    {http.MethodGet, "", 501, 9, 1, 0, fault.ProviderUnavailable},
		"writing, which may be done":  {http.MethodPost, "", 503, 1, 1, 0, fault.ProviderUnavailable},
		"writing, which is held back": {http.MethodPut, "1", 429, 1, 1, 0, fault.ProviderLimited},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(t *testing.T, w *world) {
				opened, err := w.server().With(t.Context(), "hub", cloud, annsToken)
				require.NoError(t, err)
				fails := tc.fails
				w.tool.breakWith(func(rw http.ResponseWriter, r *http.Request) bool {
					rw.Header().Set("Retry-After", tc.after)
					fails--
					return fails >= 0 && answerWith(tc.status, `{"error":"x"}`)(rw, r)
				})
				began := time.Now()
				err = opened.Call(t.Context(), tc.method, "/user", nil, nil)
				require.Equal(t, tc.code, fault.CodeOf(err))
				require.Len(t, w.tool.calls, tc.calls)
				require.InDelta(t, tc.takes, time.Since(began), float64(2*time.Second))
			})
		})
	}
}

func TestACallEndsInTime(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		opened, err := w.server().With(t.Context(), "hub", cloud, annsToken)
		require.NoError(t, err)
		w.tool.breakWith(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
		began := time.Now()
		_, err = hub{}.WhoAmI(t.Context(), opened)
		wantFault(t, fault.ProviderUnavailable, err)
		require.Equal(t, session.CallTimeout, time.Since(began))
	})
}

func TestTheRetryAfterOfADate(t *testing.T) {
	inWorld(t, func(t *testing.T, _ *world) {
		for value, want := range map[string]time.Duration{
			time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat): 2 * time.Second,
			time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat):      0,
			"soon": 0, "-1": 0, "": 0, "7": 7 * time.Second,
		} {
			require.Equal(t, want, session.RetryAfter(&http.Response{Header: http.Header{"Retry-After": {value}}}), value)
		}
	})
}

func TestNoCredentialGoesOverAnOldProtocol(t *testing.T) {
	t.Parallel()
	for version, fine := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true} {
		asked := 0
		live := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
		live.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version}
		live.Config.ErrorLog = log.New(io.Discard, "", 0)
		live.StartTLS()
		client := live.Client()
		careless, ok := client.Transport.(*http.Transport)
		require.True(t, ok)
		careless.TLSClientConfig.MinVersion = tls.VersionTLS10
		s := newWorld(t).over(client, client)
		opened, err := s.With(t.Context(), "hub", provider.Site{URL: live.URL}, annsToken)
		require.NoError(t, err)
		err = opened.Call(t.Context(), http.MethodPost, "/x", nil, nil)
		live.Close()
		require.Equal(t, fine, err == nil, err)
		require.Equal(t, fine, asked == 1)
	}
}
