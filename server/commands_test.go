package main

import (
	"errors"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// refuser is a server that refuses one of our slash commands.
type refuser struct {
	plugin.API
	word string
}

func (r refuser) RegisterCommand(c *model.Command) error {
	if c.Trigger == r.word {
		return errors.New("refused")
	}
	return r.API.RegisterCommand(c)
}

func TestARefusedProviderCommandDoesNotStopMeetings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.mm.Set(map[string]any{"EnableJenkins": true, "EnableBitbucket": true})
	p := &Plugin{now: w.mm.Now, exit: func(int) {}, open: inMemory(w.memory)}
	p.SetAPI(refuser{API: w.mm.API(), word: "jenkins"})
	require.NoError(t, p.OnActivate())
	t.Cleanup(func() { _ = p.OnDeactivate() })
	require.NotNil(t, w.mm.Command("zoom"))
	require.NotNil(t, w.mm.Command("bitbucket"))
}

func TestATakenProviderCommandDoesNotStopMeetings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.mm.RegisterElsewhere("com.example.ci", &model.Command{Trigger: "jenkins", DisplayName: "CI", AutoCompleteDesc: "Builds."})
	w.mm.Set(map[string]any{"EnableJenkins": true, "EnableBitbucket": true})
	require.Equal(t, "CI", w.newServer().app.Load().providers.all()[0].Clash, "the server reveals no plugin's ID")
	require.NotNil(t, w.mm.Command("zoom"))
	require.NotNil(t, w.mm.Command("bitbucket"))
	require.Nil(t, w.mm.Command("jenkins"))
}

// With a new encryption key, all records are sealed again, which takes many minutes.
func TestCommandsFollowSettingsSavedWithANewEncryptionKey(t *testing.T) {
	t.Parallel()
	w := newBridgeWorld(t)
	w.switches(map[string]any{"EncryptionKey": "another-key-of-enough-characters", "EnableSentry": true}, "sentry")
}

func TestOnlyPeopleCommandTheBotInADirectMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.mm.Set(map[string]any{"EnableJenkins": true})
	bot := w.plugin.app.Load().client.BotID()
	require.Eventually(t, func() bool {
		w.alice.Says("help", w.alice.DirectWith(bot))
		return len(w.alice.DirectMessages(bot)) > 0
	}, patience, tick, "the settings are in force")
	answered := len(w.alice.DirectMessages(bot))
	for _, from := range []string{"from_bot", "from_webhook", "from_plugin", "from_oauth_app"} {
		post := &model.Post{UserId: w.alice.ID, ChannelId: w.alice.DirectMessages(bot)[0].ChannelId, Message: "help"}
		post.AddProp(from, "true")
		w.plugin.MessageHasBeenPosted(nil, post)
	}
	require.Len(t, w.alice.DirectMessages(bot), answered)
}
