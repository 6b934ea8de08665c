package console

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/provider"
)

func FuzzAFilterThatIsTakenCanBeTakenAgain(f *testing.F) {
	for _, seed := range []string{"", "main", "release/{1,2}, !old", "{", "[", "a,,b", "!", "**/x, \\", strings.Repeat("a,", 150)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		taken, slip := readFilter(provider.Filter{ID: "branch"}, text)
		if !slip.Zero() {
			require.Empty(t, taken)
			return
		}
		require.LessOrEqual(t, utf8.RuneCountInString(taken), maxFilterText)
		again, slip := readFilter(provider.Filter{ID: "branch"}, taken)
		require.True(t, slip.Zero(), "%q", taken)
		require.Equal(t, taken, again)
	})
}

func FuzzABaseAddressNamesAServerAndNothingElse(f *testing.F) {
	for _, seed := range []string{"https://ci.example/", "http://a:b@c", "https://", "https://x?y", "ftp://x", " https://x#y ", "https://[::1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		address, ok := baseAddress(text)
		if !ok {
			return
		}
		u, err := url.Parse(address)
		require.NoError(t, err)
		require.NotEmpty(t, u.Host)
		require.Nil(t, u.User)
		require.NotContains(t, address, "?")
		require.NotContains(t, address, "#")
		require.False(t, strings.HasSuffix(address, "/"))
	})
}
