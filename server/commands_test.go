package main

import (
	"errors"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"
)

// refuser is a server that does not take one of our slash commands.
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

func TestACommandOfAProviderThatIsRefusedKeepsNobodyFromMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.mm.Set(map[string]any{"EnableJenkins": true, "EnableBitbucket": true})
	p := &Plugin{now: w.mm.Now, exit: func(int) {}}
	p.SetAPI(refuser{API: w.mm.API(), word: "jenkins"})
	require.NoError(t, p.OnActivate())
	t.Cleanup(func() { _ = p.OnDeactivate() })
	require.NotNil(t, w.mm.Command("zoom"))
	require.NotNil(t, w.mm.Command("bitbucket"))
}

func TestACommandOfAProviderThatIsTakenKeepsNobodyFromMeeting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "s2s")
	w.mm.RegisterElsewhere("com.example.ci", &model.Command{Trigger: "jenkins", DisplayName: "CI", AutoCompleteDesc: "Builds."})
	w.mm.Set(map[string]any{"EnableJenkins": true, "EnableBitbucket": true})
	require.Equal(t, "CI", w.newServer().app.Load().providerAnswers()[0].Clash, "the server tells no plugin's ID")
	require.NotNil(t, w.mm.Command("zoom"))
	require.NotNil(t, w.mm.Command("bitbucket"))
	require.Nil(t, w.mm.Command("jenkins"))
}
