package delivery

import (
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

func TestEachCardOffersAMeetingWhereThereAreMeetings(t *testing.T) {
	t.Parallel()
	own := []chat.Action{{ID: "approve", Label: chat.Verbatim("Approve")}}
	with := Presenter{core: &core{Dependencies: Dependencies{CanMeet: true}}}
	card := with.withMeeting(chat.Card{Actions: own[:1:1]})
	require.Len(t, card.Actions, 2)
	require.Equal(t, bridge.ActionMeeting, card.Actions[1].ID)
	require.Equal(t, "bridge.act.meeting", card.Actions[1].Label.ID)
	require.Len(t, own, 1)

	without := Presenter{core: &core{}}
	require.Len(t, without.withMeeting(chat.Card{Actions: own}).Actions, 1)
}
