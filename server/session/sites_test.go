package session_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/session"
)

func TestAnAdminAddsAndRemovesSites(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		own := provider.Site{ID: "cloud", Kind: "cloud", URL: "https://cloud.test", API: "https://api.cloud.test"}
		sites, err := s.Sites(t.Context(), "hub")
		require.NoError(t, err)
		require.Equal(t, []provider.Site{own}, sites, "the vendor's is there from the start")

		require.NoError(t, s.SaveSite(t.Context(), "hub", provider.Site{URL: " https://DC.test:443/code/ ", Kind: "datacenter"}, "", ""))
		require.NoError(t, s.SaveSite(t.Context(), "hub", provider.Site{URL: "https://cloud.test", API: "https://evil.test"}, clientID, clientSecret))
		sites, err = w.server().Sites(t.Context(), "hub")
		require.NoError(t, err)
		own.OAuth = true
		require.Len(t, sites, 2)
		require.Equal(t, own, sites[0], "of the vendor's only the client can be set")
		require.Equal(t, provider.Site{ID: sites[1].ID, Kind: "datacenter", URL: company.URL, API: company.URL}, sites[1])
		require.NotEmpty(t, sites[1].ID)
		w.keepsSecrets()

		others, err := s.Sites(t.Context(), "mirror")
		require.NoError(t, err)
		require.Len(t, others, 1)
		for _, gone := range []string{company.URL + "/", "https://cloud.test", "https://never.test", "nonsense"} {
			require.NoError(t, s.RemoveSite(t.Context(), "hub", gone))
		}
		sites, err = s.Sites(t.Context(), "hub")
		require.NoError(t, err)
		own.OAuth = false
		require.Equal(t, []provider.Site{own}, sites)
		stored, err := w.db.Sites.Sites(t.Context(), "hub")
		require.NoError(t, err)
		require.Empty(t, stored)
		_, err = s.Sites(t.Context(), "nobody")
		require.ErrorContains(t, err, "no provider")
	})
}

func TestABlankSecretKeepsTheOneOfTheSameClient(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.server()
		wantFault(t, fault.InvalidInput, s.SaveSite(t.Context(), "hub", company, clientID, ""))
		wantFault(t, fault.InvalidInput, s.SaveSite(t.Context(), "hub", company, "", clientSecret))
		w.setUp(s, company)
		moved := company
		moved.API = "https://dc.test/api"
		require.NoError(t, s.SaveSite(t.Context(), "hub", moved, "", ""))
		require.NoError(t, s.SaveSite(t.Context(), "hub", moved, clientID, " "))
		sites, err := s.Sites(t.Context(), "hub")
		require.NoError(t, err)
		require.True(t, sites[1].OAuth)
		require.Equal(t, moved.API, sites[1].API)
		w.connect(s, company, "ann") // the secret still fits
		wantFault(t, fault.InvalidInput, s.SaveSite(t.Context(), "hub", company, "another-client", ""))
	})
}

func TestAdminsWhoAddSitesAtOnceLoseNone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		servers := []*session.Sessions{w.server(), w.server()}
		var admins sync.WaitGroup
		for n := range 10 {
			admins.Go(func() {
				site := provider.Site{URL: fmt.Sprintf("https://dc%d.test", n)}
				if err := servers[n%2].SaveSite(t.Context(), "hub", site, clientID, clientSecret); err != nil {
					t.Error(err)
				}
			})
		}
		admins.Wait()
		sites, err := servers[0].Sites(t.Context(), "hub")
		require.NoError(t, err)
		require.Len(t, sites, 11)
		for n := 10; n < session.MaxSites; n++ {
			require.NoError(t, servers[0].SaveSite(t.Context(), "hub", provider.Site{URL: fmt.Sprintf("https://dc%d.test", n)}, "", ""))
		}
		wantFault(t, fault.TooMany, servers[0].SaveSite(t.Context(), "hub", company, "", ""))
	})
}

func TestWhatCanBeTheAddressOfASite(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://dc.example.com": "https://dc.example.com", "HTTPS://DC.Example.com:443/": "https://dc.example.com",
		"https://dc.example.com:8443/code//": "https://dc.example.com:8443/code", "http://localhost:8065": "http://localhost:8065",
		"http://127.0.0.1:80/x": "http://127.0.0.1/x", "http://[::1]:7990": "http://[::1]:7990", "https://dc.example.com/a%20b": "https://dc.example.com/a%20b",
		"": "", "dc.example.com": "", "http://dc.example.com": "", "ftp://localhost": "", "https://": "", "https://:443": "",
		"https://ann:pw@dc.example.com": "", "https://dc.example.com/?a=b": "", "https://dc.example.com/?": "", "https://dc.example.com#x": "",
		"https:dc.example.com": "", "https://dc.example.com/../x": "", "https://dc.example.com/a/./b": "", "http://localhost.example.com": "",
		"http://10.0.0.1": "", `https://dc.example.com\@evil.test`: "", "https://dc.example.com/" + strings.Repeat("x", session.MaxAddress): "",
	} {
		got, ok := session.ParseAddress(raw)
		require.Equal(t, want, got, raw)
		require.Equal(t, want != "", ok, raw)
	}
	s := newWorld(t).over(http.DefaultClient, http.DefaultClient)
	for _, site := range []provider.Site{{URL: "dc.example.com"}, {URL: "https://dc.example.com", API: "http://dc.example.com"}} {
		err := s.SaveSite(t.Context(), "hub", site, "", "")
		wantFault(t, fault.AddressUnknown, err)
		require.Equal(t, "https://hub.example.com", fault.ParamsOf(err)["Example"])
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"https://dc.example.com:8443/code/", "http://[::1%25lo]:1", "https://a\\b", "https://xn--zri-hoa.test/%2e%2e/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		address, ok := session.ParseAddress(raw)
		if !ok {
			return
		}
		again, ok := session.ParseAddress(address)
		if !ok || again != address {
			t.Fatalf("%q becomes %q, and that %q", raw, address, again)
		}
		u, err := url.Parse(address + "/rest")
		if err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !strings.HasPrefix(address, session.Origin(u)) {
			t.Fatalf("%q becomes %q: %v", raw, address, err)
		}
	})
}
