package main

import (
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// An admin decides who can connect channels; the policy applies to everything that changes what a channel gets.
func TestThePolicyAppliesToAllProvidersAndTheirRules(t *testing.T) {
	t.Parallel()
	for policy, may := range map[string]string{"": "bob carol root", "channel_admins": "carol root", "system_admins": "root"} {
		t.Run(policy, func(t *testing.T) {
			t.Parallel()
			h := newPager(t)
			h.switches(map[string]any{"EnableSentry": true}, "sentry")
			h.follows(h.alice, "", h.town)
			h.createsOnCallList("09:00")
			h.town.Promote(h.carol)
			h.mm.Set(map[string]any{"BridgePolicy": policy})
			for _, u := range []*mmtest.User{h.bob, h.carol, h.admin} {
				for _, line := range []string{"/pduty connect", "/pduty configure", "/pduty oncall", "/pduty disconnect", "/pduty test", "/pduty rotate", "/sentry connect acme web", "/sentry configure"} {
					u.Types(line, h.town)
					refused := strings.Contains(lastNote(u), "can change what this channel is connected to") && u.Dialog() == nil
					name := u.Username
					require.Equal(t, strings.Contains(may, name), !refused, "%s: %s: %s", name, line, lastNote(u))
					if u.Dialog() != nil {
						u.Cancels()
					}
				}
				// What is one's own is not the channel's.
				for _, line := range []string{"/pduty status", "/pduty list", "/pduty signout", "/pduty trigger", "/pduty search x"} {
					u.Types(line, h.town)
					require.NotContains(t, lastNote(u), "can change what this channel is connected to", line)
				}
			}
		})
	}
}

// A rule is added with a button of alice's while the policy is loose, and clicked by her when it no longer is.
func TestATightenedPolicyAppliesToEarlierButtons(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.follows(h.alice, "", h.town)
	h.createsOnCallList("09:00")
	h.alice.Types("/pduty oncall", h.town)
	require.Len(t, h.alice.LastNote().Buttons(), 2)
	removal := h.alice.LastNote().Buttons()[1]
	h.alice.Types("/pduty configure", h.town)
	h.alice.Cancels()
	rules := len(h.alice.LastNote().Buttons())
	require.Positive(t, rules)
	h.mm.Set(map[string]any{"BridgePolicy": "system_admins"})
	for _, label := range []string{"Add rule", removal} {
		answer := h.alice.Clicks(label)
		requireSays(t, answer.Body+lastNote(h.alice), "can change what this channel is connected to")
		require.Nil(t, h.alice.Dialog(), label)
	}
	h.admin.Types("/pduty oncall", h.town)
	requireTells(t, lastNote(h.admin), "Who to wake", "Primary")
}

// A list belongs to the channel where it was made.
func TestTheOnCallListBelongsToOneChannel(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	h.createsOnCallList("09:00")
	h.signed(h.bob)
	h.bob.Types("/pduty oncall", h.backroom)
	require.NotNil(t, h.bob.Dialog(), "there is none in the backroom: %s", lastNote(h.bob))
	h.bob.Cancels()
	h.bob.Types("/pduty oncall", h.town)
	var removal map[string]any
	for _, a := range h.bob.LastNote().Attachments()[0].Actions {
		if strings.Contains(a.Name, "Who to wake") {
			removal = a.Integration.Context
		}
	}
	require.NotNil(t, removal)
	h.town.Leave(h.bob)
	for _, place := range []string{h.town.ID, h.backroom.ID} {
		answer := h.bob.Post("/action", model.PostActionIntegrationRequest{ChannelId: place, PostId: "note", Context: removal})
		requireSays(t, answer.Body+lastNote(h.bob), "can't post in this channel")
	}
	h.alice.Types("/pduty oncall", h.town)
	requireTells(t, lastNote(h.alice), "Who to wake")
}

// Each search runs as the user who asks.
func TestSearchPreviewAndSendActAsTheRequester(t *testing.T) {
	t.Parallel()
	h := newPager(t)
	h.signed(h.alice)
	h.triggers("Database", "classified outage")
	h.alice.Types("/pduty search classified", h.town)
	require.Equal(t, []string{"#1 classified outage (triggered)", "Cancel"}, h.alice.LastNote().Buttons())
	for _, u := range []*mmtest.User{h.dave, h.bob} {
		u.Types("/pduty search classified", h.town)
		requireTells(t, lastNote(u), "Sign in to PagerDuty")
		u.Types("/pduty search #1", h.town)
		require.NotContains(t, lastNote(u), "outage")
	}
	require.NoError(t, h.pager.RevokeGrant(addressOf(h.alice), "pd-client"))
	posts := len(h.town.Posts())
	h.alice.Clicks("#1 classified outage (triggered)")
	requireTells(t, lastNote(h.alice), "Sign in to PagerDuty")
	require.Len(t, h.town.Posts(), posts, "what was found before is not shown by what we know of it")
}
