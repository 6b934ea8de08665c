package markdown

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

func TestCodeIsShownAsItWasWritten(t *testing.T) {
	t.Parallel()
	require.Empty(t, rendered(chat.CodeBlock(nil)))
	require.Equal(t, "```\nif a {\n    b()\n}\n```", codeBlock([]string{"if a {", "\tb()  ", "}"}))
}

func TestCodeCannotEndItsBlock(t *testing.T) {
	t.Parallel()
	require.Equal(t, "`````\n````\n@channel\n`````", codeBlock([]string{"````", "@chan\r\nnel\u202e\u2028"}))
}
