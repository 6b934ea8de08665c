package e2e

import (
	"html"
	"net/http"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

var typedCode = regexp.MustCompile(`/(zoom connect|pduty signin) [0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`)

// On a phone the link opens in a browser without a Mattermost session: Zoom asks,
// and a code that alice types in Mattermost finishes. It doesn't work for mallory.
func TestC11_ConnectingOnAPhoneEndsWithACodeTypedInMattermost(t *testing.T) {
	w := begin(t)
	alice, ear := w.person("alice")
	mallory, malloryHears := w.person("mallory")
	channel := w.private(alice, mallory)
	require.NoError(t, alice.Type(w.ctx, channel.Id, "/zoom start Release plan"))
	link, err := stack.ConnectLink(w.ephemeral(ear, 0, "/oauth2/connect"))
	require.NoError(t, err)
	page, err := alice.AuthorizeOnPhone(w.ctx, link, alice.User.Email)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status, page.Body)
	typed := typedCode.FindString(html.UnescapeString(page.Body))
	require.NotEmpty(t, typed, page.Body)
	require.Empty(t, w.meetings(alice, channel))

	require.NoError(t, mallory.Type(w.ctx, channel.Id, typed))
	w.ephemeral(malloryHears, 0, "was made for another user")
	require.Empty(t, w.meetings(alice, channel))

	require.NoError(t, alice.Type(w.ctx, channel.Id, typed))
	require.Equal(t, "Release plan", w.meetingPost(alice, channel, 0).GetProp("meeting_topic"))
}

// A sign-in to a provider ends the same way, and the connect that waited for it continues.
func TestC11_SigningInToPagerDutyOnAPhoneEndsWithACodeTypedInMattermost(t *testing.T) {
	h := newPager(begin(t))
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/pduty connect"))
	link, err := stack.SignInLink(h.ephemeral(h.ear, from, "/oauth2/pagerduty/connect"), "pagerduty")
	require.NoError(t, err)
	page, err := h.alice.AuthorizeOnPhone(h.ctx, link, h.alice.User.Email)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, page.Status, page.Body)
	typed := typedCode.FindString(html.UnescapeString(page.Body))
	require.Contains(t, typed, "/pduty signin ", page.Body)

	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, typed))
	h.ephemeral(h.ear, from, "You're signed in to PagerDuty")
	h.ephemeral(h.ear, from, "This channel now follows")
}
