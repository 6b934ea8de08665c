package mattermost_test

import (
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/command"
	"mattermost-plugin-zoom/server/i18n"
	"mattermost-plugin-zoom/server/mattermost"
)

// crowded is a server with thousands of teams.
type crowded struct {
	plugin.API
	asked *atomic.Int32
}

func (c crowded) GetTeams() ([]*model.Team, *model.AppError) {
	teams := make([]*model.Team, 5000)
	for i := range teams {
		teams[i] = &model.Team{Id: strconv.Itoa(i)}
	}
	return teams, nil
}

func (c crowded) ListCustomCommands(string) ([]*model.Command, error) {
	c.asked.Add(1)
	return nil, nil
}

func TestLookingForTheOwnerOfACommandStaysCheapWithThousandsOfTeams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	catalogue, err := i18n.NewCatalogue()
	require.NoError(t, err)
	api := crowded{API: w.mm.API(), asked: new(atomic.Int32)}
	c := mattermost.New(api, w.BotID(), catalogue, w.mm.Now)
	_, taken := c.TriggerOwner(&command.Command{Name: "jenkins"}, "Jenkins")
	require.False(t, taken)
	require.LessOrEqual(t, api.asked.Load(), int32(100))
}
