package connection

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
