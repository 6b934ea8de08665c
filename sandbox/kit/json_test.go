package kit_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
)

func TestJSONIsWrittenAsOtherLanguagesWriteIt(t *testing.T) {
	t.Parallel()
	for text, encoded := range map[string]string{
		"<b>&":                 `"<b>&"`,
		"a\u2028b\u2029c":      "\"a\u2028b\u2029c\"",
		`a\u2028` + "\u2028":   `"a\\u2028` + "\u2028\"",
		`\` + "\u2029":         `"\\` + "\u2029\"",
		"\a\b\n\"":             `"\u0007\b\n\""`,
		"\u202f, a thin space": "\"\u202f, a thin space\"",
	} {
		require.Equal(t, encoded, string(kit.Compact(text)))
		var back string
		require.NoError(t, json.Unmarshal(kit.Compact(text), &back))
		require.Equal(t, text, back)
	}
}
