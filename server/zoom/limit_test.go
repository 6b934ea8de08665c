package zoom

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noon is the present of these tests.
var noon = time.Date(2026, 3, 5, 12, 0, 0, 0, time.UTC)

func TestTrapRetryAfterIsAnISODate(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Time{
		"2026-03-06T00:00:00Z":          midnight,
		"2026-03-06T00:00:00.000Z":      midnight,
		"2026-03-06T01:00:00+01:00":     midnight,
		"2026-03-06T01:00:00+0100":      midnight,
		"2026-03-06T00:00:00":           midnight,
		"2026-03-06 00:00:00":           midnight,
		"Fri, 06 Mar 2026 00:00:00 GMT": midnight,
		" 43200 ":                       midnight,
		"0":                             noon,
		"2020-01-01T00:00:00Z":          noon,
	} {
		at, known := retryAfter(value, noon)
		require.True(t, known, value)
		require.Equal(t, want, at, value)
	}
	for _, value := range []string{"", "soon", "-1", "9223372036854775807", "99999999999999999999", "9999-12-31T00:00:00Z", "2026-13-06T00:00:00Z"} {
		_, known := retryAfter(value, noon)
		require.False(t, known, value)
	}
}

func TestLimitsPerDayAndPerSecondAreToldApart(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name              string
		kind, after, body string
		want              limit
	}{
		{"per second, by header", "QPS", "", "", limit{}},
		{"per second, by message", "", "", "You have reached the maximum per-second rate limit for this API. Try again later.", limit{}},
		{"per second, with seconds to wait", "QPS", "2", "", limit{wait: 2 * time.Second}},
		{"per day, by header", "Daily-limit", "2026-03-06T00:00:00Z", "", limit{daily: true, wait: 12 * time.Hour, until: midnight}},
		{"per day, without a time", "Daily-limit", "", "", limit{daily: true, until: midnight}},
		{"per day, by message", "", "", "You have exceeded the daily rate limit of (100) for Meeting Create/Update API requests permitted for this particular user.", limit{daily: true, until: midnight}},
		{"per day, by how long it lasts", "", "7200", "{}", limit{daily: true, wait: 2 * time.Hour, until: noon.Add(2 * time.Hour)}},
		{"unreadable", "", "soon", "", limit{}},
	} {
		header := http.Header{}
		header.Set("X-RateLimit-Type", test.kind)
		header.Set("Retry-After", test.after)
		require.Equal(t, test.want, readLimit(header, []byte(test.body), noon), test.name)
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{"", "1", "-1", "2026-03-06T00:00:00Z", "Fri, 06 Mar 2026 00:00:00 GMT", "2026-03-06 00:00:00", "1e9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		at, known := retryAfter(value, noon)
		if !known {
			require.Zero(t, at)
			return
		}
		require.False(t, at.Before(noon))
		require.False(t, at.After(noon.Add(366*24*time.Hour)))
	})
}
