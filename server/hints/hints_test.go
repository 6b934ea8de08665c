package hints_test

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/hints"
	"mattermost-plugin-zoom/server/logging"
)

func TestAHintReachesWhoListensOnTheOtherServer(t *testing.T) {
	t.Parallel()
	var heard []string
	there := hints.New(nil, nil)
	there.On("connection", func(about string) { heard = append(heard, "first "+about) })
	there.On("connection", func(about string) { heard = append(heard, "second "+about) })
	here := hints.New(func(topic, about string) error { there.Receive(topic, about); return nil }, nil)
	here.On("connection", func(string) { t.Error("a server sends itself no hint") })
	here.Send("connection", "con1")
	here.Send("unknown", "x")
	require.Equal(t, []string{"first con1", "second con1"}, heard)
}

func TestAHintThatCannotBeSentIsOnlyLogged(t *testing.T) {
	t.Parallel()
	var lines []string
	log := logging.New(func(level slog.Level, message string, _ ...any) { lines = append(lines, level.String()+" "+message) })
	hints.New(func(string, string) error { return errors.New("no cluster") }, log).Send(hints.Jobs, "")
	require.Equal(t, []string{"DEBUG The other servers couldn't be told of a change; they see it within seconds"}, lines)
}
