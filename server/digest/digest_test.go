package digest_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/digest"
)

func TestPartsAreKeptApart(t *testing.T) {
	t.Parallel()
	require.Len(t, digest.Of("a"), 32)
	require.Equal(t, digest.Of("a", "bc"), digest.Of("a", "bc"))
	require.NotEqual(t, digest.Of("a", "bc"), digest.Of("ab", "c"))
	require.NotEqual(t, digest.Of("a"), digest.Of("a", ""))
	require.Empty(t, strings.Trim(digest.Of("x"), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
}
