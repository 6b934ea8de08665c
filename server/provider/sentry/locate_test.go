package sentry

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

func TestQuotesOfAnyKindDelimitAName(t *testing.T) {
	t.Parallel()
	want := []string{"Acme Inc", "Web Shop"}
	for _, typed := range []string{
		`"Acme Inc" "Web Shop"`, `“Acme Inc” “Web Shop”`, `„Acme Inc“ „Web Shop“`, `«Acme Inc» «Web Shop»`, `'Acme Inc' 'Web Shop'`,
		`‘Acme Inc’ ‘Web Shop’`, "`Acme Inc` `Web Shop`", `”Acme Inc” ”Web Shop”`, `"Acme Inc" “Web Shop”`, `  "Acme Inc"   "Web Shop" `,
		`“Acme Inc> “Web Shop>`, `"Acme Inc" "Web Shop`, `"Acme Inc"“Web Shop”`, `<“Acme Inc”> <“Web Shop”>`,
	} {
		require.Equal(t, want, Words(typed), typed)
	}
	require.Equal(t, []string{"acme", "web"}, Words("acme web"))
	require.Equal(t, []string{"Ada's", "shop"}, Words("Ada's shop"))
	require.Equal(t, []string{"Ada's shop", "O'Neil"}, Words(`"Ada's shop" O'Neil`))
	require.Equal(t, []string{"Ada's shop"}, Words(`'Ada's shop'`))
	require.Empty(t, Words(`  "" `))
}

func FuzzWords(f *testing.F) {
	for _, seed := range []string{`"a b" c`, `“a> “b>`, `'`, "«»‹›``", "\x00\xff “"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		for _, word := range Words(typed) {
			require.NotEmpty(t, word)
			require.True(t, utf8.ValidString(word))
		}
		at, err := New(Options{}).Locate(typed, []provider.Site{cloudSite()})
		if err == nil {
			require.Equal(t, len(decodeWords(at.Path)) == 0, at.Path == "")
		}
	})
}

func TestPageAddressesAreLocated(t *testing.T) {
	t.Parallel()
	own := provider.Site{Kind: kindOwn, URL: "https://sentry.example.com/base", API: "https://sentry.example.com/base"}
	for _, c := range []struct {
		typed, site string
		words       []string
	}{
		{"acme web", cloudURL, []string{"acme", "web"}},
		{"acme/web", cloudURL, []string{"acme", "web"}},
		{`"Acme Inc" "Web Shop"`, cloudURL, []string{"Acme Inc", "Web Shop"}},
		{"", cloudURL, nil},
		{"https://sentry.io/organizations/acme/projects/web/", cloudURL, []string{"acme", "web"}},
		{"https://acme.sentry.io/projects/web/?project=1", cloudURL, []string{"acme", "web"}},
		{"https://acme.sentry.io/issues/42/ web", cloudURL, []string{"acme", "web"}},
		{"https://de.sentry.io/organizations/acme/", cloudURL, []string{"acme"}},
		{"https://sentry.example.com/base/organizations/acme/projects/web/", own.URL, []string{"acme", "web"}},
		{"https://SENTRY.example.com/base/acme/web", own.URL, []string{"acme", "web"}},
		{"https://elsewhere.example.com/acme/web", "https://elsewhere.example.com", []string{"acme", "web"}},
	} {
		at, err := New(Options{}).Locate(c.typed, []provider.Site{cloudSite(), own})
		require.NoError(t, err, c.typed)
		require.Equal(t, c.site, at.Site, c.typed)
		require.Equal(t, c.words, decodeWords(at.Path), c.typed)
	}
	_, err := New(Options{}).Locate("https://user@evil.example/acme", nil)
	require.True(t, fault.Is(err, fault.AddressUnknown))
	own.OAuth = true
	at, err := New(Options{}).Locate("acme web", []provider.Site{cloudSite(), own})
	require.NoError(t, err)
	require.Equal(t, own.URL, at.Site, "the one that people can sign in at is meant")
}

func TestSitesAreParsed(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for typed, url := range map[string]string{
		"https://sentry.example.com/": "https://sentry.example.com", "https://sentry.example.com/api/0/": "https://sentry.example.com",
		"https://de.sentry.io": cloudURL, "https://sentry.io": cloudURL,
	} {
		site, err := p.ParseSite(kindOwn, typed, "")
		require.NoError(t, err)
		require.Equal(t, url, site.URL)
	}
	site, err := p.ParseSite(kindOwn, "https://sentry.example.com", "https://api.example.com/")
	require.NoError(t, err)
	require.Equal(t, "https://api.example.com", site.API)
	site, err = p.ParseSite(kindCloud, " ", "")
	require.NoError(t, err)
	require.Equal(t, cloudSite(), site, "blank is sentry.io, as the form says")
	_, err = p.ParseSite(kindOwn, "", "")
	require.Error(t, err, "nobody knows where that would be")
	var slip *provider.FieldError
	for field, args := range map[string][3]string{
		"kind": {"moon", "https://sentry.io", ""}, "url": {kindOwn, "sentry.io", ""}, "api": {kindOwn, "https://sentry.example.com", "x"},
	} {
		_, err := p.ParseSite(args[0], args[1], args[2])
		require.ErrorAs(t, err, &slip)
		require.Equal(t, field, slip.Field)
	}
	require.Len(t, p.SiteKinds(), 2)
	require.Contains(t, p.Sites()[0].Hosts, "https://de.sentry.io")
	require.Equal(t, "https://de.sentry.io/acme", pathOf(cloudSite(), "https://de.sentry.io", "acme"))
	require.Equal(t, "acme", pathOf(cloudSite(), "https://evil.example", "acme"), "only the vendor's own regions count")
}
