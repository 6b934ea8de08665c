package chat_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

func TestCodeIsShownAsItWasWritten(t *testing.T) {
	t.Parallel()
	require.Empty(t, chat.CodeBlock(nil))
	require.Equal(t, "```\nif a {\n    b()\n}\n```", chat.CodeBlock([]string{"if a {", "\tb()  ", "}"}))
}

func TestCodeCannotEndItsBlock(t *testing.T) {
	t.Parallel()
	require.Equal(t, "`````\n````\n@channel\n`````", chat.CodeBlock([]string{"````", "@chan\r\nnel\u202e\u2028"}))
}
