package main

import (
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// browses is a request of a browser in which no one is signed in to Mattermost, as on a phone.
func (w *world) browses(path string) *mmtest.Response {
	w.t.Helper()
	return w.mm.Request(httptest.NewRequest(http.MethodGet, path, nil), nil)
}

// allowsElsewhere has someone follow the link in such a browser, allow the app in Zoom as this user, and returns the page at the end.
func (w *world) allowsElsewhere(atZoom *mmtest.User, link string) *mmtest.Response {
	w.t.Helper()
	return w.decidesElsewhere(address(atZoom), "allow", link)
}

// decidesElsewhere has the account decide so in such a browser, at the provider that the link leads to.
func (w *world) decidesElsewhere(as, decision, link string) *mmtest.Response {
	w.t.Helper()
	begun := w.browses(link)
	require.Equal(w.t, http.StatusFound, begun.Status, begun.Body)
	consent, err := url.Parse(begun.Header.Get("Location"))
	require.NoError(w.t, err)
	form := consent.Query()
	form.Set("user", as)
	form.Set("decision", decision)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(consent.Scheme+"://"+consent.Host+consent.Path, form)
	require.NoError(w.t, err)
	defer answer.Body.Close()
	return w.browses(strings.TrimPrefix(answer.Header.Get("Location"), "https://chat.example.com"))
}

var typedCode = regexp.MustCompile(`/\w+ (connect|signin) [0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`)

// code returns the command that the page tells its reader to type.
func (w *world) code(page *mmtest.Response) string {
	w.t.Helper()
	require.Equal(w.t, http.StatusOK, page.Status, page.Body)
	found := typedCode.FindString(html.UnescapeString(page.Body))
	require.NotEmpty(w.t, found, page.Body)
	return found
}

func TestC11_ConnectingFromAPhoneEndsWithACodeTypedInMattermost(t *testing.T) {
	t.Parallel()
	for mode, who := range map[string]func(w *world) *mmtest.User{
		"user":    func(w *world) *mmtest.User { return w.alice },
		"account": func(w *world) *mmtest.User { return w.admin },
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, mode)
			u := who(w)
			u.Types("/zoom start Weekly", w.town)
			page := w.allowsElsewhere(u, w.connectLink(u))
			typed := w.code(page)
			require.Contains(t, page.Body, "@"+u.Username)
			require.Empty(t, meetings(w.town), "nothing is connected yet")
			u.Types("/zoom start", w.town)
			require.Empty(t, meetings(w.town))

			u.Types(strings.ToLower(typed), w.town)
			require.Len(t, meetings(w.town), 1, "and the start goes on")
			require.Equal(t, "Weekly", meetings(w.town)[0].Prop("meeting_topic"))
			u.Types(typed, w.backroom)
			requireSays(t, u.LastNote().Text(), "That code is wrong, has expired")
		})
	}
}

// A link that someone forwards to a victim must not connect the victim's Zoom account with the sender.
func TestC11_AForwardedLinkConnectsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.bob.Types("/zoom connect", w.town) // bob forwards his link to alice, who is signed in to Zoom
	typed := w.code(w.allowsElsewhere(w.alice, w.connectLink(w.bob)))

	w.alice.Types(typed, w.town)
	requireSays(t, w.alice.LastNote().Text(), "That code is wrong, has expired, or was made for another user")
	w.bob.Types("/zoom start", w.town)
	require.Empty(t, meetings(w.town), "bob has not got alice's account")

	for range 5 {
		w.bob.Types("/zoom connect ABCD-EFGH-JKMN", w.town)
	}
	w.bob.Types(typed, w.town)
	requireSays(t, w.bob.LastNote().Text(), "That code is wrong")
	w.bob.Types("/zoom start", w.town)
	require.Empty(t, meetings(w.town), "codes can't be tried out")
}

// Nor must the sender's Zoom account become the victim's: the sender can use a link of the victim's only up to the code, and the victim is
// told which account a code connected.
func TestC11_AnotherUsersZoomAccountIsNotConnectedWithoutTheCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.alice.Types("/zoom connect", w.town)
	link := w.connectLink(w.alice)
	typed := w.code(w.allowsElsewhere(w.bob, link))
	w.alice.Types("/zoom start", w.town)
	require.Empty(t, meetings(w.town))

	own := w.code(w.allowsElsewhere(w.alice, link))
	w.alice.Types(typed, w.town)
	requireSays(t, w.alice.LastNote().Text(), "That code is wrong")
	w.alice.Types(own, w.town)
	requireSays(t, w.alice.LastNote().Text(), "alice@example.com is connected", "If that isn't your account")
}

func TestC11_ACodeExpires(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "user")
	w.alice.Types("/zoom connect", w.town)
	typed := w.code(w.allowsElsewhere(w.alice, w.connectLink(w.alice)))
	w.zoom.Advance(11 * time.Minute)
	w.alice.Types(typed, w.town)
	requireSays(t, w.alice.LastNote().Text(), "has expired")
}
