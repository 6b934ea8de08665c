package zoom_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/zoom"
)

func TestALimitPerSecondIsWaitedOut(t *testing.T) {
	t.Parallel()
	limited := reply{429, map[string]string{"X-RateLimit-Type": "QPS"}, `{"code":429,"message":"You have reached the maximum per-second rate limit for this API. Try again later."}`}
	patient := reply{429, map[string]string{"Retry-After": "3"}, `{"code":429,"message":"per-second"}`}
	synctest.Test(t, func(t *testing.T) {
		zoomStub := answering(limited, limited, reply{201, nil, created})
		m, err := client(zoomStub, nil).CreateMeeting(t.Context(), me(), zoom.CreateMeeting{Topic: "Standup"})
		require.NoError(t, err)
		require.Equal(t, "92674392836", m.ID)
		require.Len(t, zoomStub.seen, 3, "nothing was made by a refused request, so creating may be repeated")
		require.Equal(t, zoomStub.seen[0], zoomStub.seen[2])

		zoomStub = answering(limited)
		_, err = client(zoomStub, nil).CreateMeeting(t.Context(), me(), zoom.CreateMeeting{})
		require.True(t, fault.Is(err, fault.RateLimited), "%v", err)
		require.Len(t, zoomStub.seen, 3)

		begin := time.Now()
		_, err = client(answering(patient, reply{200, nil, `{"id":"u1"}`}), nil).User(t.Context(), me())
		require.NoError(t, err)
		require.Equal(t, 3*time.Second, time.Since(begin), "as long as Zoom asks for")
	})
}

func TestALimitThatOutlastsTheCallIsToldAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		_, err := client(answering(reply{429, map[string]string{"Retry-After": "30"}, `{"code":429}`}), nil).User(t.Context(), me())
		require.True(t, fault.Is(err, fault.RateLimited), "%v", err)
		require.Zero(t, time.Since(begin))
	})
}

func TestALimitPerDayIsToldAtOnceWithItsEnd(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		reply reply
		until string
	}{
		{"with a time", reply{429, map[string]string{"X-RateLimit-Type": "Daily-limit", "Retry-After": "2000-01-02T03:04:05Z"}, `{"code":429,"message":"You have reached the maximum daily rate limit for this API."}`}, "2000-01-02T03:04:05Z"},
		{"without", reply{429, nil, `{"code":429,"message":"You have exceeded the daily rate limit of (100) for Meeting Create/Update API requests permitted for this particular user."}`}, "2000-01-02T00:00:00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			// The clock of such a test begins on the first of January 2000.
			synctest.Test(t, func(t *testing.T) {
				zoomStub := answering(test.reply)
				_, err := client(zoomStub, nil).CreateMeeting(t.Context(), me(), zoom.CreateMeeting{})
				require.Equal(t, fault.DailyLimit, fault.CodeOf(err), "%v", err)
				require.Equal(t, map[string]string{"Until": test.until}, fault.ParamsOf(err))
				require.Len(t, zoomStub.seen, 1)
			})
		})
	}
}
