package chat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

func TestTruncatedTextEndsWhereItShowsLeast(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		most       int
		want       string
	}{
		{"short enough", "sync", 4, "sync"},
		{"too long", "standup", 4, "sta…"},
		{"at a space", "daily standup", 7, "daily…"},
		{"counted in characters", "ääää", 4, "ääää"},
		{"a family", "ab👨\u200d👩\u200d👧", 5, "ab…"},
		{"a skin tone", "ab👍🏽c", 4, "ab…"},
		{"an accent", "abe\u0301x", 4, "ab…"},
		{"a flag", "🇩🇪🇫🇷", 3, "🇩🇪…"},
		{"within a flag", "a🇩🇪🇫🇷", 3, "a…"},
		{"a keycap", "a1\ufe0f\u20e3b", 4, "a…"},
		{"one character", "ab", 1, "…"},
		{"none", "ab", 0, ""},
		{"less", "ab", -1, ""},
		{"nothing", "", 0, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, chat.Truncate(test.text, test.most))
		})
	}
}

func TestPlainTextIsOneLineAndOtherwiseAsItWas(t *testing.T) {
	t.Parallel()
	require.Equal(t, "my_job @all [x] *1*", chat.OneLine(" my_job\n@all\t[x]\u202e *1*\x00"))
}
