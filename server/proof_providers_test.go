package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// A connection that channels share is changed only by who has shown at the provider that they administer the thing, with their own account or
// the credential that they enter.

func TestARefusedConnectLeavesTheConnectionAsItWas(t *testing.T) {
	t.Parallel()
	t.Run("Bitbucket", func(t *testing.T) {
		t.Parallel()
		h := newCloud(t)
		h.follows(h.backroom)
		before := h.connectionRecords()
		h.carol.Types("/bitbucket connect "+h.url(""), h.town)
		require.Equal(t, http.StatusOK, h.signsIn(h.carol).Status)
		reader, err := h.repo.AccessToken(code.RightRead)
		require.NoError(t, err)
		h.minted(reader)
		h.bob.Types("/bitbucket connect "+h.url(""), h.town)
		h.bob.Clicks("Use an access token")
		h.bob.Submits(map[string]any{"token": reader})
		require.NotNil(t, h.bob.Dialog(), "the token was taken")
		require.NotEmpty(t, h.bob.Dialog().Errors)
		h.passes()
		require.Equal(t, before, h.connectionRecords())
	})
	t.Run("PagerDuty", func(t *testing.T) {
		t.Parallel()
		var h *pagerHost
		var mu sync.Mutex
		early := 0
		h = newPagerBehind(t, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				if h != nil && strings.Contains(r.URL.Path, "webhook_subscriptions") {
					for _, record := range h.connectionRecords() {
						mu.Lock()
						early += strings.Count(record, h.town.ID)
						mu.Unlock()
					}
				}
				next.ServeHTTP(rw, r)
			})
		})
		h.follows(h.alice, "PDBSERV", h.backroom)
		before := h.connectionRecords()
		h.carol.Types("/pduty connect PDBSERV", h.town)
		h.signsIn(h.carol)
		h.passes()
		require.Equal(t, before, h.connectionRecords())
		mu.Lock()
		defer mu.Unlock()
		require.Zero(t, early, "the town gets nothing before PagerDuty has agreed")
	})
}

func TestOnlyAdminsOfTheRepositoryRotateASecret(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	before, signed := h.connectionRecords(), h.signedWith()
	h.bob.Types("/bitbucket rotate", h.backroom)
	h.bob.Clicks("Create new secret")
	requireTells(t, lastNote(h.bob), "Sign in to Bitbucket")
	h.signsIn(h.bob)
	require.Equal(t, before, h.connectionRecords(), "bob may write there, and no more")
	require.Equal(t, signed, h.signedWith())

	require.NoError(t, h.repo.SetRight("bob", code.RightAdmin))
	h.bob.Types("/bitbucket rotate", h.backroom)
	h.bob.Clicks("Create new secret")
	requireTells(t, lastNote(h.bob), "acme/web has a new secret, and Bitbucket uses it")
	require.NotEqual(t, signed, h.signedWith())
	requireTells(t, h.backroom.LastPost().Message, "@bob created a new secret for acme/web")
}

func TestATokenIsReplacedOnlyByAnAdminToken(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	reader, err := h.repo.AccessToken(code.RightRead)
	require.NoError(t, err)
	h.minted(reader)
	admin, err := h.repo.AccessToken(code.RightAdmin)
	require.NoError(t, err)
	h.minted(admin)
	elsewhere, err := h.addRepo("acme", "other", true).AccessToken(code.RightAdmin)
	require.NoError(t, err)
	h.minted(elsewhere)
	before := h.connectionRecords()
	h.bob.Types("/bitbucket configure", h.backroom)
	h.bob.Clicks("Enter API access")
	for _, token := range []string{reader, elsewhere} {
		h.bob.Submits(map[string]any{"token": token})
		require.NotNil(t, h.bob.Dialog(), "the token was taken")
		require.NotEmpty(t, h.bob.Dialog().Errors["token"])
		require.Equal(t, before, h.connectionRecords())
	}
	h.bob.Submits(map[string]any{"token": admin})
	require.Nil(t, h.bob.Dialog())
	requireTells(t, h.backroom.LastPost().Message, "@bob entered API access")

	// What someone else entered proves nothing about alice.
	require.NoError(t, h.repo.SetRight("alice", code.RightRead))
	signed := h.signedWith()
	h.alice.Types("/bitbucket rotate", h.backroom)
	h.alice.Clicks("Create new secret")
	require.Equal(t, signed, h.signedWith())
	h.bob.Types("/bitbucket rotate", h.backroom)
	h.bob.Clicks("Create new secret")
	require.NotEqual(t, signed, h.signedWith())
}

func TestAStrangerCannotTakeOverALostConnection(t *testing.T) {
	t.Parallel()
	p := newPrivateSentry(t)
	p.losesKey()
	p.alice.Types("/sentry status", p.backroom)
	p.zoom.Advance(2 * time.Minute) // until then another server might know the key
	p.alice.Types("/sentry status", p.backroom)
	requireTells(t, lastNote(p.alice), "can't be decrypted")
	p.submits("sentry-token-of-bob")
	p.forgesUnreadable()
	p.backroom.Join(p.mallory)
	p.mallory.Types("/sentry rotate", p.backroom)
	p.mallory.Clicks("Change API access")
	p.mallory.Submits(map[string]any{"token": "sentry-token-of-bob", "secret": madeUp})
	require.NotNil(t, p.mallory.Dialog(), "the token was taken")
	require.NotEmpty(t, p.mallory.Dialog().Errors)
	p.mallory.Cancels()
	p.forgesUnreadable()
	require.Empty(t, cards(p.backroom))
	require.Empty(t, cards(p.den))
}

// forgesUnreadable checks that nothing that mallory signs is believed, while no secret can be opened.
func (p *privateSentry) forgesUnreadable() {
	p.t.Helper()
	require.NotEqual(p.t, http.StatusOK, p.signed(http.MethodPost, "", "Sentry-Hook-Signature", madeUp, "").Status)
	require.NotEqual(p.t, http.StatusOK, p.signed(http.MethodGet, "/channels", "Sentry-App-Signature", madeUp, "").Status)
}

func TestAGuestCannotChangeConnections(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.connects(w.alice, "/jenkins connect ci", w.town)
	// What bob was shown before he became a guest no longer works.
	w.bob.Types("/jenkins rotate", w.town)
	w.bob.Types("/jenkins configure", w.town)
	form := w.bob.Dialog()
	require.NotNil(t, form)
	w.bob.Cancels()
	w.bob.Becomes(mmtest.Guest)
	before := w.connectionRecords()
	const refusal = "Guests can't change what a channel is connected to"
	for _, label := range []string{"Create new secret", "Enter API access"} {
		requireTells(t, w.bob.Clicks(label).Body+lastNote(w.bob), refusal)
	}
	answer := w.bob.Post("/form", model.SubmitDialogRequest{
		ChannelId: w.town.ID, CallbackId: form.CallbackId, State: form.State, Submission: map[string]any{"style": "each", "mention": "nobody"},
	})
	requireTells(t, answer.Body, refusal)
	for _, line := range []string{"connect mine", "connect ci", "rotate", "configure", "disconnect", "test"} {
		w.bob.Types("/jenkins "+line, w.town)
		requireTells(t, lastNote(w.bob), refusal)
		w.bob.Says("jenkins "+line, w.bob.DirectWith(w.botID()))
	}
	require.Equal(t, before, w.connectionRecords())
	requireTells(t, w.bob.DirectWith(w.botID()).LastPost().Message+lastNote(w.bob), refusal)
}

// audited returns the events of the server's audit log, each with its actor and result.
func (w *bridgeWorld) audited() []string {
	var found []string
	for _, r := range w.mm.Audited() {
		found = append(found, strings.Join([]string{r.EventName, r.Actor.UserId, r.Status, r.Error.Description}, " "))
	}
	return found
}

func TestTheAuditLogRecordsChangesAndRefusals(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	handed := w.connects(w.alice, "/jenkins connect ci", w.town)
	w.entersAccess(w.alice, "ci-user", w.secret("jenkins-token-of-the-town"))
	w.alice.Types("/jenkins rotate", w.town)
	w.alice.Clicks("Create new secret")
	w.handedTo(w.alice)
	w.alice.Types("/jenkins configure", w.town)
	w.alice.Clicks("Remove API access")
	w.alice.Clicks("Remove")
	w.bob.Becomes(mmtest.Guest)
	w.bob.Types("/jenkins rotate", w.town)
	w.bob.Post("/action", model.PostActionIntegrationRequest{ChannelId: w.town.ID, PostId: "note", Context: map[string]any{"action": "bridge", "sealed": "made up"}})
	w.alice.Types("/jenkins disconnect", w.town)
	w.alice.Clicks("Disconnect")

	require.Equal(t, []string{
		"zoomPlugin/connect " + w.alice.ID + " success ",
		"zoomPlugin/enter_credential " + w.alice.ID + " success ",
		"zoomPlugin/rotate " + w.alice.ID + " success ",
		"zoomPlugin/remove_credential " + w.alice.ID + " success ",
		"zoomPlugin/rotate " + w.bob.ID + " fail guest_forbidden",
		"zoomPlugin/use " + w.bob.ID + " fail button_expired",
		"zoomPlugin/disconnect " + w.alice.ID + " success ",
	}, w.audited())
	id, _, _ := strings.Cut(handed.address[strings.LastIndex(handed.address, "/")+1:], ".")
	first := w.mm.Audited()[0]
	require.Equal(t, map[string]any{"user_id": w.alice.ID, "channel_id": w.town.ID, "provider": "jenkins", "connection": id}, first.EventData.Parameters)
	lines := 0
	for _, line := range w.mm.Logs() {
		if strings.Contains(line, "connection="+id) && strings.Contains(line, "user_id="+w.alice.ID) && strings.Contains(line, "event=") {
			lines++
		}
	}
	require.Equal(t, 5, lines, "each has a line in the log, too")
}

func TestARefusedTokenAndARefusedClickOfACardAreAudited(t *testing.T) {
	t.Parallel()
	p := newPrivateSentry(t)
	p.fails(p.web, "ValueError", "a card")
	p.submits("sentry-token-of-carol")
	p.clicksCard(p.carol, p.card(p.backroom), "resolve")
	all := strings.Join(p.audited(), "\n")
	require.Contains(t, all, "zoomPlugin/act "+p.carol.ID+" fail forbidden")
	p.backroom.Join(p.mallory)
	p.mallory.Types("/sentry rotate", p.backroom)
	p.mallory.Clicks("Change API access")
	p.mallory.Submits(map[string]any{"token": "sentry-token-of-bob", "secret": madeUp})
	require.Contains(t, strings.Join(p.audited(), "\n"), "zoomPlugin/enter_credential "+p.mallory.ID+" fail not_resource_admin")
	require.NotEqual(t, http.StatusOK, p.mm.Request(httptest.NewRequest(http.MethodGet, p.hook+"/channels", nil), nil).Status)
}
