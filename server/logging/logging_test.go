package logging_test

import (
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/logging"
)

func TestALineKeepsItsLevelAndItsPairs(t *testing.T) {
	t.Parallel()
	var lines []string
	log := logging.New(func(level slog.Level, msg string, pairs ...any) {
		lines = append(lines, fmt.Sprintln(append([]any{level, msg}, pairs...)...))
	})
	log.Warn("A card could not be shown", "connection", "c1", "attempt", 2)
	log.With("connection", "c2").Info("A retry is scheduled", "attempt", 3)
	require.Equal(t, []string{
		"WARN A card could not be shown connection c1 attempt 2\n",
		"INFO A retry is scheduled connection c2 attempt 3\n",
	}, lines)
}
