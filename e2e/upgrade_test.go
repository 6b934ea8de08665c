package e2e

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// predecessor is a server on which the public plugin has run, without any tables of this one.
type predecessor struct {
	*story
	alice   *stack.Person
	channel *model.Channel
	post    *model.Post
	token   string
}

// runs has the public plugin leave a token of alice's, her preference, an open meeting in a channel, a rule for another channel, and a
// subscription, as it stores them. The meeting's number is one that Zoom knows.
func (p *predecessor) runs(number string) {
	p.Helper()
	p.channel = p.private(p.alice)
	var err error
	p.token, err = p.RefreshToken(p.ctx, stack.UserApp, p.alice.User.Email)
	require.NoError(p, err)
	p.post, _, err = p.alice.API.CreatePost(p.ctx, &model.Post{
		ChannelId: p.channel.Id, Type: "custom_zoom", Message: "I have started a meeting", Props: model.StringInterface{
			"meeting_id": json.Number(number), "meeting_link": "https://zoom.us/j/" + number, "meeting_status": "STARTED", "meeting_personal": false,
			"meeting_topic": "Weekly", "meeting_creator_username": p.alice.User.Username, "meeting_provider": "Zoom",
		},
	})
	require.NoError(p, err)
	grant := fmt.Sprintf(`{"ZoomEmail":%q,"OAuthToken":{"access_token":"bm90IHJlYWQ=","refresh_token":%q,"token_type":"bearer"},"UserID":%q,"ZoomID":"zid-%s"}`,
		p.alice.User.Email, p.token, p.alice.User.Id, p.alice.User.Username)
	for key, value := range map[string]string{
		"zoomtoken_" + p.alice.User.Id:                   grant,
		"zoomtokenbyzoomid_zid-" + p.alice.User.Username: grant,
		"zoomUserPreference_" + p.alice.User.Id:          `"true"`,
		"post_meeting_4444AAAiAAAAAiAiAiiAii%3D%3D":      p.post.Id,
		"meeting_channel_84445556661":                    `{"channel_id":"` + p.channel.Id + `","is_subscription":false,"created_by":"` + p.alice.User.Id + `"}`,
		"meeting_channel_81112223331":                    `{"channel_id":"` + p.channel.Id + `","is_subscription":true,"created_by":"` + p.alice.User.Id + `"}`,
		"subscription_index_" + p.alice.User.Id:          `{"meeting_ids":["81112223331"]}`,
		"zoomChannelSettings":                            `{"` + p.channel.Id + `":{"ChannelName":"x","Preference":"disable"}}`,
	} {
		require.NoError(p, p.DB.KeyValue(p.ctx, key, value))
	}
}

// This plugin is installed in place of the public one: no one has to connect again, settings and open meetings go on, no token is left in
// clear text, and the admin reads what isn't taken over.
func TestThePublicPluginsDataIsTakenOver(t *testing.T) {
	p := &predecessor{story: alone(t, stack.UserApp)}
	p.alice, _ = p.connected("alice")
	number := meetingID(p.starts(p.alice, p.private(p.alice), "Weekly"))
	removal, err := p.Removal()
	require.NoError(t, err)
	require.NoError(t, p.RemovePlugin(p.ctx))
	require.NoError(t, p.dropsTables(removal))
	p.runs(number)
	require.NoError(t, p.Reinstall(p.ctx))

	kept := []string{"meeting_channel_81112223331", "mmi_botid", "subscription_index_" + p.alice.User.Id, "zoomChannelSettings"}
	p.eventually(func() error {
		keys, err := p.DB.Keys(p.ctx)
		if err == nil && strings.Join(keys, " ") != strings.Join(kept, " ") {
			err = errors.Errorf("the key-value table has %v", keys)
		}
		return err
	})
	stored, err := p.DB.Records(p.ctx, "")
	require.NoError(t, err)
	for _, record := range stored {
		require.NotContains(t, record.Text, p.token, record.Table)
	}
	room := p.private(p.alice)
	require.Equal(t, true, p.starts(p.alice, room, "Standup").GetProp("meeting_personal"), "her setting")
	began := time.Now().Add(-30 * time.Minute)
	p.deliver(2, stack.Event("meeting.ended", number, "4444AAAiAAAAAiAiAiiAii==", began, began.Add(20*time.Minute)), time.Now())
	require.InDelta(t, 1200, p.becomes(p.alice, p.post, ended).GetProp("meeting_duration").(float64), 1)

	var logs strings.Builder
	for _, server := range p.Servers {
		log, err := server.Log()
		require.NoError(t, err)
		logs.WriteString(log)
	}
	require.Contains(t, logs.String(), "its rules for single channels aren't imported")
}
