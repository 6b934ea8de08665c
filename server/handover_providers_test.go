package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

const wrongCode = "That code is wrong, has expired, or was made for another user"

func TestC11_SigningInToBitbucketFromAPhoneEndsWithACodeTypedInMattermost(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	page := h.decidesElsewhere("alice", "allow", offered(h.alice))
	typed := h.code(page)
	require.Contains(t, typed, "/bitbucket signin ")
	require.Contains(t, page.Body, "@alice")
	require.Empty(t, h.repo.Hooks(), "no one is signed in yet")
	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	require.NotEmpty(t, offered(h.alice))

	h.alice.Types(strings.ToLower(typed), h.town)
	requireTells(t, lastNote(h.alice), "You're signed in to Bitbucket as Alice", "If that isn't your account, run `/bitbucket signout`")
	require.Len(t, h.repo.Hooks(), 1, "and the connect goes on, where it was typed")
	requireTells(t, h.backroom.LastPost().Message, "@alice connected this channel to Bitbucket: ", "acme/web")
	h.passes()
	h.pushes("main", "It arrives")
	require.Equal(t, "⬆️ Pushed · It arrives", title(h.card(h.backroom)))

	h.alice.Types(typed, h.town)
	requireTells(t, lastNote(h.alice), wrongCode, "To get a new link, run `/bitbucket signin`")
	h.alice.Types("/bitbucket signin", h.town)
	requireTells(t, lastNote(h.alice), "You're signed in to Bitbucket", "with this or another account")
}

func TestC11_TheBotTakesASignInCodeToo(t *testing.T) {
	t.Parallel()
	h := newCloud(t) // Jenkins, where no one signs in, is on as well
	answer := h.botAnswers(h.alice, "signin")
	requireTells(t, answer, "You aren't signed in to Bitbucket", "Sign in")
	link := signInLink.FindStringSubmatch(answer)
	require.NotNil(t, link, answer)
	typed := h.code(h.decidesElsewhere("alice", "allow", link[1]))
	_, bare, _ := strings.Cut(typed, " ")
	h.switches(map[string]any{"EnableSentry": true}, "sentry")
	requireTells(t, h.botAnswers(h.alice, bare), "Which integration do you mean?")
	h.alice.Clicks("Bitbucket")
	requireTells(t, lastNote(h.alice), "You're signed in to Bitbucket as Alice")
	h.alice.Types("/bitbucket connect "+h.url(""), h.backroom)
	require.Empty(t, offered(h.alice))
	require.Len(t, h.repo.Hooks(), 1)
}

// A link that someone forwards to a victim must not sign the sender in as the victim, nor a victim as the sender.
func TestC11_AForwardedLinkSignsNoOneIn(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	connect := "/bitbucket connect " + h.url("")
	h.bob.Types(connect, h.backroom) // bob forwards his link to alice, who administers the repository
	typed := h.code(h.decidesElsewhere("alice", "allow", offered(h.bob)))
	h.alice.Types(typed, h.backroom)
	requireTells(t, lastNote(h.alice), wrongCode)
	h.alice.Types(connect, h.backroom)
	link := offered(h.alice)
	require.NotEmpty(t, link, "alice is not signed in")
	h.bob.Types(connect, h.backroom)
	require.NotEmpty(t, offered(h.bob), "nor is bob")
	for range 5 {
		h.bob.Types("/bitbucket signin ABCD-EFGH-JKMN", h.backroom)
	}
	h.bob.Types(typed, h.backroom)
	requireTells(t, lastNote(h.bob), wrongCode)
	require.Empty(t, h.repo.Hooks(), "codes can't be tried out")

	theirs := h.code(h.decidesElsewhere("bob", "allow", link))
	own := h.code(h.decidesElsewhere("alice", "allow", link))
	h.alice.Types(theirs, h.backroom)
	requireTells(t, lastNote(h.alice), wrongCode)
	h.alice.Types(own, h.backroom)
	requireTells(t, lastNote(h.alice), "You're signed in to Bitbucket as Alice")
	require.Len(t, h.repo.Hooks(), 1)
}

func TestC11_ASignInCodeExpiresAndARefusalCreatesNone(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.alice.Types("/bitbucket connect "+h.url(""), h.town)
	link := offered(h.alice)
	require.Contains(t, h.decidesElsewhere("alice", "decline", link).Body, "You didn&#39;t allow access")
	typed := h.code(h.decidesElsewhere("alice", "allow", link))
	h.zoom.Advance(11 * time.Minute)
	h.alice.Types(typed, h.town)
	requireTells(t, lastNote(h.alice), wrongCode)
}

func TestC11_SigningInFromAPhoneWorksForEachProvider(t *testing.T) {
	t.Parallel()
	for word, begin := range map[string]func(t *testing.T) (w *bridgeWorld, link func(u *mmtest.User) string, name string){
		"bitbucket": func(t *testing.T) (*bridgeWorld, func(*mmtest.User) string, string) {
			return newDataCenter(t, "9.4.0", "SHOP").bridgeWorld, offered, "alice"
		},
		"sentry": func(t *testing.T) (*bridgeWorld, func(*mmtest.User) string, string) {
			h := newSentry(t)
			return h.bridgeWorld, h.asked, "alice"
		},
		"pduty": func(t *testing.T) (*bridgeWorld, func(*mmtest.User) string, string) {
			return newPager(t).bridgeWorld, invited, "alice@example.com"
		},
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			w, link, name := begin(t)
			w.alice.Types("/"+word+" signin", w.town)
			requireTells(t, lastNote(w.alice), "You aren't signed in")
			page := w.decidesElsewhere(name, "allow", link(w.alice))
			typed := w.code(page)
			require.Contains(t, typed, "/"+word+" signin ")
			require.Contains(t, page.Body, "@alice")
			w.bob.Types(typed, w.town)
			requireTells(t, lastNote(w.bob), wrongCode)
			w.alice.Types(typed, w.town)
			requireTells(t, lastNote(w.alice), "You're signed in to")
			w.alice.Types("/"+word+" signout", w.town)
			requireTells(t, lastNote(w.alice), "Do you want to sign out")

			forged := w.browses("/plugins/zoom/oauth2/" + strings.Replace(word, "pduty", "pagerduty", 1) + "/connect?t=forged")
			require.Equal(t, http.StatusBadRequest, forged.Status)
		})
	}
}
