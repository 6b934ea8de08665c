package chat_test

import (
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost/markdown"
)

func TestFailuresSayWhatZoomSaidAndDoNothing(t *testing.T) {
	t.Parallel()
	catalogue, err := i18n.NewCatalogue()
	require.NoError(t, err)
	say := func(err error) string {
		return markdown.Render(catalogue.Text("en", chat.Failure(err)), markdown.Reader{})
	}

	refused := say(fault.New(fault.ZoomRefused).With("Message", "@all see [this](https://evil.example.com)").With("Code", "300"))
	require.NotContains(t, refused, "@all")
	require.NotContains(t, refused, "[this](")
	require.Contains(t, say(fault.New(fault.MissingScope).With("Scope", "user:read:user, meeting:read:meeting")), "`user:read:user, meeting:read:meeting`")
	require.Contains(t, say(fault.New(fault.NotPosted).With("Link", "https://zoom.us/j/1?pwd=a.1")), "](https://zoom.us/j/1?pwd=a.1)")
	require.NotContains(t, say(errors.New("secret internals")), "internals")
}
