package subscription

import (
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
