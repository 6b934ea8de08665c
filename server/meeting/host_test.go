package meeting

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAPersonalPostIsAboutSessionsOfItsHost(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		post, event string
		ours        bool
	}{
		{"z-ada", "z-ada", true}, {"z-ada", "z-bob", false}, {"z-ada", "", true}, {"", "z-bob", true}, {"", "", true},
	} {
		require.Equal(t, row.ours, (&Post{HostID: row.post}).hostedBy(row.event), "%q and %q", row.post, row.event)
	}
}
