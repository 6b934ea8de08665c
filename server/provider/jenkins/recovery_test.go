package jenkins

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// Deliveries come late and twice, and several builds may look like the first that succeeded again.
func TestTheFirstFixedBuildMarksTheFailedOnes(t *testing.T) {
	t.Parallel()
	failed := build{Stages: map[stage]details{stageFinalized: {Result: resultFailure, Trust: trustFinalized}}}
	later, err := failed.markRecovered(recovery{Number: 9, Label: "#9", Failures: 2, At: 900})
	require.NoError(t, err)
	require.False(t, later.Stale)
	var known build
	require.NoError(t, json.Unmarshal(later.State, &known))

	again, err := known.markRecovered(recovery{Number: 9, Label: "#9", Failures: 2, At: 900})
	require.NoError(t, err)
	require.True(t, again.Stale)
	earlier, err := known.markRecovered(recovery{Number: 8, Label: "#8", Failures: 1, At: 800})
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(earlier.State, &known))
	require.Equal(t, "#8", known.Recovery.Label)
	late, err := known.markRecovered(recovery{Number: 9, Label: "#9", Failures: 2, At: 900})
	require.NoError(t, err)
	require.True(t, late.Stale)

	nobody, err := build{}.markRecovered(recovery{Label: "#9"})
	require.NoError(t, err)
	require.True(t, nobody.Stale, "a build that nobody told of is not made up")
}

// A failure may turn out to be none.
func TestACorrectedBuildIsNotShownAsFixed(t *testing.T) {
	t.Parallel()
	v := view{details: details{Result: resultAborted}, Recovery: &recovery{Label: "#9"}}
	require.False(t, v.isRecovered())
	v.Result = resultUnstable
	require.True(t, v.isRecovered())
}
