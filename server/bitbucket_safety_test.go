package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	code "mattermost-plugin-zoom/sandbox/bitbucket"
	"mattermost-plugin-zoom/sandbox/kit"
)

func TestB14CallsToBitbucketAreSafeInTransit(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	door := newDoor(t)
	h.admin.Types("/bitbucket setup", h.town)
	h.admin.Submits(map[string]any{"kind": "datacenter", "url": door.url})
	require.Nil(t, h.admin.Dialog())

	h.alice.Types("/bitbucket connect "+door.url+"/projects/ACME/repos/web", h.backroom)
	h.alice.Submits(map[string]any{"token": h.secret("a-token-of-the-api")})
	require.Contains(t, h.alice.Dialog().Error, "can't be reached")
	door.requireSafe()
}

func TestB15SecretsAndTokensAreSealedAndOnlyAdminsSetUp(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.proposes("Round half up")
	h.zoom.Advance(3 * time.Hour)
	h.alice.Clicks("Approve") // with a token that has to be renewed first
	h.passes()
	for _, kind := range []string{"sbx_client_", "sbx_code_", "sbx_at_", "sbx_rt_"} {
		h.mu.Lock()
		minted := slices.ContainsFunc(h.secrets, func(secret string) bool { return strings.HasPrefix(secret, kind) })
		h.mu.Unlock()
		require.True(t, minted, "the story must have one of %q to hide", kind)
	}
	h.mu.Lock()
	secrets := slices.Clone(h.secrets)
	h.mu.Unlock()
	require.Contains(t, secrets, h.client.ClientSecret)
	for _, secret := range secrets {
		require.Empty(t, h.mm.Reveals(secret))
	}

	h.admin.Types("/bitbucket setup", h.town)
	require.Empty(t, h.admin.Field("client_secret").Default, "not even admins see it again")
	h.alice.Types("/bitbucket setup", h.town)
	requireTells(t, lastNote(h.alice), "Unknown command")
	require.Nil(t, h.alice.Dialog())
}

// A delivery that is sent several times, or by someone else, has the same effect: each event is posted once.
func TestARepeatedDeliveryCountsOnce(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	pull := h.proposes("Round half up")
	h.lost.Store(2) // Bitbucket gets no receipt, and sends it twice more
	h.happens(pull.Approve("alice"))
	deliveries := h.bitbucket.Deliveries()
	last := deliveries[len(deliveries)-1]
	require.Len(t, last.Attempts, 3)
	require.Equal(t, kit.DeliveryDone, last.State)
	card := h.cardOf("#1 Round half up", h.backroom)
	require.Equal(t, []string{":white_check_mark: Alice approved."}, thread(card, h.backroom))

	require.NoError(t, h.bitbucket.AddFault(kit.Fault{Match: kit.Match{Event: "pullrequest:comment_created"}, Action: kit.Action{Duplicate: 2}}))
	_, err := pull.Comment(code.Comment{By: "alice", Text: "Once is enough"})
	h.happens(err)
	require.Equal(t, []string{":white_check_mark: Alice approved.", "Alice commented: Once is enough"}, thread(card, h.backroom))

	// Someone who has recorded a delivery replays it, with another name.
	require.Equal(t, 200, h.arrives(last.URL, string(last.Body), map[string]string{
		"X-Event-Key": last.Event, "X-Request-Uuid": "another", "X-Hub-Signature": code.Sign(h.signedWith(), last.Body),
	}).Status)
	h.passes()
	require.Len(t, thread(card, h.backroom), 2)
	require.Len(t, cards(h.backroom), 2, "of the push, and of the pull request")
}

func TestDeliveriesOutOfOrderEndInTheCurrentState(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	hash := h.pushes("main", "Round half up")
	require.NoError(t, h.bitbucket.AddFault(kit.Fault{
		Match: kit.Match{Event: "repo:commit_status_created"}, Action: kit.Action{DelaySeconds: 60},
	}))
	h.reports(hash, "unit", code.InProgress, "main")
	h.reports(hash, "unit", code.Successful, "main")
	require.Equal(t, "✅ Passed · Round half up", title(h.card(h.backroom)))
	h.later(time.Minute)
	deliveries := h.bitbucket.Deliveries()
	require.Equal(t, kit.DeliveryDone, deliveries[len(deliveries)-2].State, "the event of its start arrived last")
	require.Equal(t, "✅ Passed · Round half up", title(h.card(h.backroom)))
}

func TestUnsignedDeliveriesAreRefusedAndReportedInStatus(t *testing.T) {
	t.Parallel()
	for name, forged := range map[string]kit.Action{"by another": {BadSignature: true}, "at all": {NoSignature: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newCloud(t)
			h.follows(h.backroom)
			require.NoError(t, h.bitbucket.AddFault(kit.Fault{Match: kit.Match{Event: "repo:push"}, Action: forged}))
			h.pushes("main", "Let me in")
			require.Empty(t, cards(h.backroom))
			deliveries := h.bitbucket.Deliveries()
			require.Equal(t, http.StatusUnauthorized, deliveries[len(deliveries)-1].Attempts[0].Status)
			h.alice.Types("/bitbucket status", h.backroom)
			requireTells(t, lastNote(h.alice), "Refused", "The last delivery was refused")
			h.pushes("main", "The next one is fine")
			require.Len(t, cards(h.backroom), 1)
		})
	}
}

func TestOutsidersCanNeitherSeeNorChangeWhatAChannelFollows(t *testing.T) {
	t.Parallel()
	h := newCloud(t)
	h.follows(h.backroom)
	h.proposes("Round half up")
	mallory := h.mm.AddUser("mallory")
	h.town.Join(mallory)
	for _, line := range []string{"connect " + h.url(""), "disconnect all", "configure", "list", "status", "test", "rotate"} {
		mallory.Types("/bitbucket "+line, h.backroom)
		require.Empty(t, mallory.LastNote().Buttons(), line)
		require.NotContains(t, lastNote(mallory), "acme/web", line)
		require.Nil(t, mallory.Dialog(), line)
		mallory.Types("/bitbucket "+line, h.town)
		if line != "connect "+h.url("") {
			require.NotContains(t, lastNote(mallory), "acme/web", line)
		}
	}
	before := h.cardOf("#1", h.backroom).Text()
	mallory.Clicks("Merge")
	require.Nil(t, mallory.Dialog())
	require.Equal(t, before, h.cardOf("#1", h.backroom).Text())
	require.Equal(t, "OPEN", h.repo.Pull(1).State())
	require.Len(t, h.repo.Hooks(), 1)
}
