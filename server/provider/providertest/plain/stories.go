package plain

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"mattermost-plugin-zoom/server/chat"
)

// RunOnBothSurfaces runs the tests of a package on Mattermost and then on the plain surface, which on tells them, and returns the exit code.
// Fuzz tests run on Mattermost alone: their worker processes serve one run.
func RunOnBothSurfaces(m *testing.M, on *chat.SurfaceID) int {
	flag.Parse()
	all := []chat.SurfaceID{chat.Mattermost, ID}
	if flag.Lookup("test.fuzz").Value.String() != "" {
		all = all[:1]
	}
	for _, *on = range all {
		if code := m.Run(); code != 0 {
			fmt.Fprintln(os.Stderr, "The tests failed on the surface", *on)
			return code
		}
	}
	return 0
}
