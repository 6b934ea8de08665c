package bridge

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loaded, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loaded
}

// comes lists the next moments after a time, as the clocks of the zone show them, with the offset.
func comes(t *testing.T, d Daily, after string, count int) []string {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", after, d.Zone)
	require.NoError(t, err)
	found := []string{}
	for range count {
		next := d.Next(at)
		require.True(t, next.After(at))
		at = next
		found = append(found, at.In(d.Zone).Format("2006-01-02 15:04 -07"))
	}
	return found
}

func TestTheListComesAtTheSameTimeOfDayWhenClocksAreChanged(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	nine := Daily{Hour: 9, Zone: berlin}
	require.Equal(t, []string{"2026-03-28 09:00 +01", "2026-03-29 09:00 +02", "2026-03-30 09:00 +02"}, comes(t, nine, "2026-03-27 20:00", 3))
	require.Equal(t, []string{"2026-10-24 09:00 +02", "2026-10-25 09:00 +01", "2026-10-26 09:00 +01"}, comes(t, nine, "2026-10-23 20:00", 3))
	require.Equal(t, []string{"2026-10-26 09:00 +01"}, comes(t, nine, "2026-10-25 09:00", 1), "after means after")
}

func TestATimeThatIsSkippedComesRightAfterTheGap(t *testing.T) {
	t.Parallel()
	half := Daily{Hour: 2, Minute: 30, Zone: zone(t, "Europe/Berlin")}
	require.Equal(t, []string{"2026-03-28 02:30 +01", "2026-03-29 03:00 +02", "2026-03-30 02:30 +02"}, comes(t, half, "2026-03-27 20:00", 3))
	york := Daily{Hour: 2, Minute: 30, Zone: zone(t, "America/New_York")}
	require.Equal(t, []string{"2026-03-08 03:00 -04", "2026-03-09 02:30 -04"}, comes(t, york, "2026-03-07 20:00", 2))
	midnight := Daily{Zone: zone(t, "America/Sao_Paulo")}
	require.Equal(t, "2018-11-04 01:00 -02", midnight.On(2018, time.November, 4).In(midnight.Zone).Format("2006-01-02 15:04 -07"), "midnight itself can be skipped")
}

func TestATimeThatComesTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	half := Daily{Hour: 2, Minute: 30, Zone: zone(t, "Europe/Berlin")}
	require.Equal(t, []string{"2026-10-25 02:30 +02", "2026-10-26 02:30 +01"}, comes(t, half, "2026-10-24 20:00", 2))
	york := Daily{Hour: 1, Minute: 30, Zone: zone(t, "America/New_York")}
	require.Equal(t, []string{"2026-11-01 01:30 -04", "2026-11-02 01:30 -05"}, comes(t, york, "2026-10-31 20:00", 2))
	howe := Daily{Hour: 1, Minute: 45, Zone: zone(t, "Australia/Lord_Howe")} // half an hour, in the south
	require.Equal(t, []string{"2026-04-05 01:45 +11", "2026-04-06 01:45 +10"}, comes(t, howe, "2026-04-04 20:00", 2))
}

func TestEveryDayOfAYearHasOneMomentInEveryZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/St_Johns", "America/Santiago", "Asia/Kathmandu", "Asia/Gaza",
		"Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati",
	} {
		for _, clock := range [][2]int{{0, 0}, {0, 30}, {1, 30}, {2, 0}, {2, 30}, {3, 0}, {12, 0}, {23, 59}} {
			d := Daily{Hour: clock[0], Minute: clock[1], Zone: zone(t, name)}
			at := time.Date(2025, 12, 30, 0, 0, 0, 0, time.UTC)
			seen := map[string]bool{}
			for at.Year() < 2027 {
				at = d.Next(at)
				require.False(t, seen[d.Day(at)], "%s %v: twice on %s", name, clock, d.Day(at))
				seen[d.Day(at)] = true
			}
			require.GreaterOrEqual(t, len(seen), 365, "%s %v", name, clock)
			for day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
				require.True(t, seen[day.Format(time.DateOnly)], "%s %v: none on %s", name, clock, day)
			}
		}
	}
}

func TestWhatWasMissedIsCaughtUpForAWhile(t *testing.T) {
	t.Parallel()
	d := Daily{Hour: 9, Zone: zone(t, "Europe/Berlin")}
	nine := d.On(2026, time.March, 29)
	for late, want := range map[time.Duration]bool{
		-time.Second: false, 0: true, time.Minute: true, time.Hour: true, time.Hour + time.Second: false, 23 * time.Hour: false,
	} {
		at, due := d.Due(nine.Add(late), time.Hour)
		require.Equal(t, want, due, late)
		if due {
			require.Equal(t, nine, at)
			require.Equal(t, "2026-03-29", d.Day(at))
		}
	}
}

func FuzzDaily(f *testing.F) {
	f.Add(int64(1774746000), 2, 30, uint8(0))
	f.Fuzz(func(t *testing.T, seconds int64, hour, minute int, which uint8) {
		names := []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Gaza"}
		d := Daily{Hour: (hour%24 + 24) % 24, Minute: (minute%60 + 60) % 60, Zone: zone(t, names[int(which)%len(names)])}
		after := time.Unix(seconds%4_000_000_000, 0)
		next := d.Next(after)
		require.True(t, next.After(after))
		require.LessOrEqual(t, next.Sub(after), 50*time.Hour)
	})
}
