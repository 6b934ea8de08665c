package stack

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"
)

// Two real servers share one database: what alice says on one, she reads on the
// other. No plugin and no sandbox are needed for that.
func TestTwoBareServersShareADatabase(t *testing.T) {
	if testing.Short() {
		t.Skip("starts real servers")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	s, err := Start(ctx, Options{Name: "bare", Servers: 2, Bare: true, RequireEmailVerification: true, Progress: os.Stderr})
	require.NoError(t, err)
	defer s.Close()

	alice, err := s.NewPerson(ctx, "alice")
	require.NoError(t, err)
	channel, err := s.NewChannel(ctx, "standup", model.ChannelTypePrivate, alice)
	require.NoError(t, err)
	there, err := alice.At(ctx, s.Server(2))
	require.NoError(t, err)

	said, _, err := alice.API.CreatePost(ctx, &model.Post{ChannelId: channel.Id, Message: "good morning"})
	require.NoError(t, err)
	read, err := there.Post(ctx, said.Id)
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
	log, err := s.Server(2).Log()
	require.NoError(t, err)
	require.Contains(t, log, "Server is listening on")
}
