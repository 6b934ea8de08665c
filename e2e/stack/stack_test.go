package stack

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// A bare server, without the plugin and the sandbox: alice logs in, writes,
// listens and types a command.
func TestABareServerIsReadyForPeople(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a real server")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 25*time.Minute)
	defer cancel()
	s, err := Start(ctx, Options{Name: "bare", Bare: true, RequireEmailVerification: true, Progress: os.Stderr})
	require.NoError(t, err)
	defer s.Close()

	alice, err := s.NewPerson(ctx, "alice")
	require.NoError(t, err)
	channel, err := s.NewChannel(ctx, "standup", model.ChannelTypePrivate, alice)
	require.NoError(t, err)
	said, _, err := alice.API.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: "good morning"})
	require.NoError(t, err)
	read, err := alice.Post(ctx, said.Id)
	require.NoError(t, err)
	require.Equal(t, "good morning", read.Message)

	ear, err := alice.Listen()
	require.NoError(t, err)
	defer ear.Close()
	from := ear.Count()
	require.NoError(t, alice.Type(ctx, channel.Id, "/echo hello"))
	_, err = ear.Event(ctx, from, string(model.WebsocketEventPosted))
	require.NoError(t, err)

	records, err := s.DB.Records(ctx, "")
	require.NoError(t, err)
	require.Empty(t, records, "no plugin, no records")
	log, err := s.Server(1).Log()
	require.NoError(t, err)
	require.Contains(t, log, "Server is listening on")
}
