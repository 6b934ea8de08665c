package oauth

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const firstKey = "the first setting 0123456789"

func FuzzRing(f *testing.F) {
	good := &ring{}
	current, err := deriveKEK(firstKey)
	require.NoError(f, err)
	good.add(current)
	raw, err := json.Marshal(good)
	require.NoError(f, err)
	f.Add(string(raw))
	f.Add(`{"keys":[null,{"kid":"a","wraps":[null,{"kek":"` + current.id + `","sealed":"AAAA"}]}]}`)
	f.Add(`null`)
	f.Add(`{"locked":{"` + current.id + `":"2000-01-01T00:00:00Z"},"keys":[{}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		r, err := parseRing(text)
		if err != nil {
			return
		}
		now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		opened, _, err := r.reconcile(knowledge{keks: []kek{current}}, now)
		if err != nil {
			require.Empty(t, opened)
			require.ErrorIs(t, err, ErrLocked)
			return
		}
		require.NotEmpty(t, opened)
		require.NotNil(t, opened[r.sealWith(opened)])
		again, changed, err := r.reconcile(knowledge{keks: []kek{current}, keys: opened}, now)
		require.NoError(t, err)
		require.False(t, changed, "a second look changes nothing")
		require.Equal(t, opened, again)
	})
}
