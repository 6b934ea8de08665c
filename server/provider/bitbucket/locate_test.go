package bitbucket

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// testSites returns the cloud and two self-hosted servers, one of them below a path.
func testSites() []provider.Site {
	return append(New().Sites(),
		provider.Site{ID: "a", Kind: kindDataCenter, URL: "https://git.example.com", API: "https://git.example.com"},
		provider.Site{ID: "b", Kind: kindDataCenter, URL: "https://tools.example.com:8443/bitbucket", API: "https://tools.example.com:8443/bitbucket"})
}

func TestAddressesAreLocatedInEveryForm(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]provider.Location{
		"https://bitbucket.org/acme/web":                                      {Site: cloudURL, Path: "acme/web"},
		"https://bitbucket.org/acme/web/":                                     {Site: cloudURL, Path: "acme/web"},
		" <https://bitbucket.org/acme/web> ":                                  {Site: cloudURL, Path: "acme/web"},
		"bitbucket.org/acme/web":                                              {Site: cloudURL, Path: "acme/web"},
		"http://www.bitbucket.org/acme/web.git":                               {Site: cloudURL, Path: "acme/web"},
		"https://www.bitbucket.org/acme/web.git":                              {Site: cloudURL, Path: "acme/web"},
		"https://ada@bitbucket.org/acme/web.git":                              {Site: cloudURL, Path: "acme/web"},
		"https://bitbucket.org/acme/web/src/main/go.mod?at=main#lines-1":      {Site: cloudURL, Path: "acme/web"},
		"https://bitbucket.org/acme/web/pull-requests/12/diff":                {Site: cloudURL, Path: "acme/web"},
		"https://bitbucket.org/acme/web/pipelines/results/4":                  {Site: cloudURL, Path: "acme/web"},
		"https://bitbucket.org/acme/web/addon/pipelines/home#!/results/4":     {Site: cloudURL, Path: "acme/web"},
		"https://bitbucket.org/acme/web/commits/bdf6e2a":                      {Site: cloudURL, Path: "acme/web"},
		"https://api.bitbucket.org/2.0/repositories/acme/web":                 {Site: cloudURL, Path: "acme/web"},
		"git@bitbucket.org:acme/web.git":                                      {Site: cloudURL, Path: "acme/web"},
		"ssh://git@bitbucket.org/acme/web.git":                                {Site: cloudURL, Path: "acme/web"},
		"ssh://git@altssh.bitbucket.org:443/acme/web.git":                     {Site: cloudURL, Path: "acme/web"},
		"https://git.example.com/projects/SHOP/repos/web/browse":              {Site: "https://git.example.com", Path: "SHOP/web"},
		"https://GIT.example.com:443/projects/SHOP/repos/web/pull-requests/5": {Site: "https://git.example.com", Path: "SHOP/web"},
		"https://git.example.com/users/ada/repos/play":                        {Site: "https://git.example.com", Path: "~ada/play"},
		"https://git.example.com/projects/~ADA/repos/play/commits/1":          {Site: "https://git.example.com", Path: "~ADA/play"},
		"https://git.example.com/scm/shop/web.git":                            {Site: "https://git.example.com", Path: "shop/web"},
		"https://ada@git.example.com/scm/~ada/play.git":                       {Site: "https://git.example.com", Path: "~ada/play"},
		"ssh://git@git.example.com:7999/shop/web.git":                         {Site: "https://git.example.com", Path: "shop/web"},
		"git@git.example.com:shop/web.git":                                    {Site: "https://git.example.com", Path: "shop/web"},
		"https://git.example.com/rest/api/latest/projects/SHOP/repos/web":     {Site: "https://git.example.com", Path: "SHOP/web"},
		"https://tools.example.com:8443/bitbucket/projects/SHOP/repos/web":    {Site: "https://tools.example.com:8443/bitbucket", Path: "SHOP/web"},
		"tools.example.com:8443/bitbucket/users/ada/repos/play":               {Site: "https://tools.example.com:8443/bitbucket", Path: "~ada/play"},
		"https://other.example.com/projects/SHOP/repos/web":                   {Site: "https://other.example.com", Path: "SHOP/web"},
		"https://git.example.com.evil.example/projects/SHOP/repos/web":        {Site: "https://git.example.com.evil.example", Path: "SHOP/web"},
		"acme/web":  {Path: "acme/web"},
		"~ada/play": {Path: "~ada/play"},
	} {
		got, err := New().Locate(typed, testSites())
		require.NoError(t, err, typed)
		require.Equal(t, want, got, typed)
	}
	alone, err := New().Locate("acme/web", New().Sites())
	require.NoError(t, err)
	require.Equal(t, provider.Location{Site: cloudURL, Path: "acme/web"}, alone, "there is only one site that can be meant")
}

func TestInvalidAddressesAreRejected(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"", " ", "web", "https://", "https://bitbucket.org", "https://bitbucket.org/acme", "bitbucket.org/acme",
		"https://bitbucket.org/acme/workspace/projects/SHOP", "https://git.example.com/acme/web", "https://git.example.com/projects/SHOP",
		"https://bitbucket.org/acme/..", "https://bitbucket.org/../web", "https://bitbucket.org/acme/%2e%2e",
		"ftp://bitbucket.org/acme/web", "javascript:alert(1)", "acme/web and more", "https://bitbucket.org/acme/web\nx", "@channel/web",
		"https://bitbucket.org/" + strings.Repeat("a/", 2000), "://", "https://[::1", "a/b/c",
	} {
		_, err := New().Locate(typed, testSites())
		require.Equal(t, fault.AddressUnknown, fault.CodeOf(err), "%q", typed)
		require.NotEmpty(t, fault.ParamsOf(err)["Example"])
	}
}

func FuzzLocate(f *testing.F) {
	for _, seed := range []string{
		"https://bitbucket.org/acme/web", "git@git.example.com:shop/web.git", "ssh://git@git.example.com:7999/~ada/x.git", "acme/web", "a:b@c/d",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		at, err := New().Locate(typed, testSites())
		if err != nil {
			require.Equal(t, fault.AddressUnknown, fault.CodeOf(err))
			return
		}
		owner, slug, ok := strings.Cut(at.Path, "/")
		require.True(t, ok)
		require.True(t, validRepository(owner, slug), "%q leads to %q", typed, at.Path)
		require.NotContains(t, slug, "/")
	})
}

func TestAnAdminNamesAServerByItsAddress(t *testing.T) {
	t.Parallel()
	b := New()
	site, err := b.ParseSite(kindDataCenter, " https://Git.example.com/bitbucket/ ", "")
	require.NoError(t, err)
	require.Equal(t, "https://git.example.com/bitbucket", site.URL)
	require.Equal(t, site.URL, site.API)
	site, err = b.ParseSite(kindCloud, "https://bitbucket.org/", "")
	require.NoError(t, err)
	require.Equal(t, b.Sites()[0], site)
	site, err = b.ParseSite(kindCloud, " ", "")
	require.NoError(t, err, "as the form says")
	require.Equal(t, b.Sites()[0], site)
	_, err = b.ParseSite(kindDataCenter, "", "")
	require.Error(t, err)
	site, err = b.ParseSite(kindCloud, "http://localhost:9001", "http://localhost:9002/")
	require.NoError(t, err)
	require.Equal(t, "http://localhost:9002", site.API)
	require.Len(t, b.SiteKinds(), 2)
	for field, c := range map[string][3]string{
		"kind": {"moon", "https://git.example.com", ""},
		"url":  {kindDataCenter, "https://ada:pw@git.example.com", ""},
		"api":  {kindCloud, "https://git.example.com", "git.example.com"},
	} {
		_, err := b.ParseSite(c[0], c[1], c[2])
		var slip *provider.FieldError
		require.ErrorAs(t, err, &slip)
		require.Equal(t, field, slip.Field)
	}
}
