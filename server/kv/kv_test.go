package kv_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/kv"
)

func TestHashKeepsPartsApart(t *testing.T) {
	t.Parallel()
	require.Len(t, kv.Hash("a"), 32)
	require.Equal(t, kv.Hash("a", "bc"), kv.Hash("a", "bc"))
	require.NotEqual(t, kv.Hash("a", "bc"), kv.Hash("ab", "c"))
	require.NotEqual(t, kv.Hash("a"), kv.Hash("a", ""))
	require.Empty(t, strings.Trim(kv.Hash("x"), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
}
