package fault_test

import (
	"testing"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
)

func TestAFaultIsFoundThroughWrapping(t *testing.T) {
	t.Parallel()
	cause := errors.New("connection refused")
	err := errors.Wrap(fault.Wrap(cause, fault.ZoomUnreachable).With("URL", "zoom.example.com"), "create the meeting")
	require.Equal(t, fault.ZoomUnreachable, fault.CodeOf(err))
	require.Equal(t, "zoom.example.com", fault.ParamsOf(err)["URL"])
	require.True(t, fault.Is(err, fault.RateLimited, fault.ZoomUnreachable))
	require.ErrorIs(t, err, cause)
}

func TestWhatIsNoFaultIsInternal(t *testing.T) {
	t.Parallel()
	require.Equal(t, fault.Internal, fault.CodeOf(errors.New("anything")))
	require.Equal(t, fault.Code(""), fault.CodeOf(nil))
	require.Nil(t, fault.ParamsOf(nil))
}

func TestAParameterIsAddedToACopy(t *testing.T) {
	t.Parallel()
	base := fault.New(fault.MissingScope).With("Scopes", "a")
	other := base.With("Scopes", "b")
	require.Equal(t, "a", base.Params["Scopes"])
	require.Equal(t, "b", other.Params["Scopes"])
}

func TestTheLogReadsCodeAndCauseButNoParameters(t *testing.T) {
	t.Parallel()
	err := fault.Wrap(errors.New("timeout"), fault.NotPosted).With("Link", "https://zoom.us/j/1?pwd=secret")
	require.Equal(t, "not_posted: timeout", err.Error())
}
