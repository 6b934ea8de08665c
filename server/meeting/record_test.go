package meeting

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }

// message returns a message in channel c.
func message(id string) chat.MessageRef {
	return chat.MessageRef{Place: chat.Place{Surface: chat.Mattermost, Channel: "c"}, ID: id}
}

func announced(id string, minutes int) Post {
	return Post{Message: message(id), PostedAt: at(minutes), Status: Announced, Shown: Announced}
}

func TestAMeetingBeginsAndEndsOnItsPost(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("p", 0)), false

	require.True(t, r.Start("u1", "", at(1)))
	require.Equal(t, Progress{Status: Started, UUID: "u1", StartedAt: at(1)}, r.Posts[0].Progress())
	require.True(t, r.End("u1", "", at(1), at(31)))
	require.Equal(t, Progress{Status: Ended, UUID: "u1", StartedAt: at(1), EndedAt: at(31)}, r.Posts[0].Progress())
}

func TestEventsThatArriveTwiceChangeNothing(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("p", 0)), false
	require.True(t, r.Start("u1", "", at(1)))
	require.False(t, r.Start("u1", "", at(1)))
	require.True(t, r.End("u1", "", at(1), at(31)))
	require.False(t, r.End("u1", "", at(1), at(31)))
}

func TestAStartThatArrivesAfterTheEndDoesNotReopenThePost(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("p", 0)), false
	require.True(t, r.End("u1", "", at(1), at(31)))
	require.False(t, r.Start("u1", "", at(1)))
	require.Equal(t, Ended, r.Posts[0].Status)
}

func TestAMeetingStartedAgainShowsItsNewSession(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("p", 0)), false
	r.Start("u1", "", at(1))
	r.End("u1", "", at(1), at(31))
	require.True(t, r.Start("u2", "", at(40)))
	require.Equal(t, Progress{Status: Started, UUID: "u2", StartedAt: at(40)}, r.Posts[0].Progress())
	require.False(t, r.End("u1", "", at(1), at(31)), "the first end, sent again, is not the second session's")
	require.True(t, r.End("u2", "", at(40), at(50)))
}

func TestDefect28EveryPostOfAPersonalMeetingEnds(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("first", 0)), true
	r.Posts, r.Personal = append(r.Posts, announced("second", 1)), true
	r.Start("u1", "", at(2))
	r.Posts, r.Personal = append(r.Posts, announced("shared while it ran", 10)), true
	require.True(t, r.End("u1", "", at(2), at(32)))
	for _, p := range r.Posts {
		require.Equal(t, Ended, p.Status, p.Message.ID)
		require.Equal(t, at(32), p.EndedAt, p.Message.ID)
	}
}

func TestDefect28APersonalMeetingThatEndedEarlierLeavesANewPostAlone(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("morning", 0)), true
	r.Start("u1", "", at(1))
	r.Posts, r.Personal = append(r.Posts, announced("afternoon", 120)), true
	require.True(t, r.End("u1", "", at(1), at(31)), "Zoom's word comes 90 minutes late")
	require.Equal(t, Ended, r.Posts[0].Status)
	require.Equal(t, Announced, r.Posts[1].Status)
}

func TestAPersonalRoomUsedElsewhereDoesNotReopenAnEndedPost(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("p", 0)), true
	r.Start("u1", "", at(1))
	r.End("u1", "", at(1), at(31))
	require.False(t, r.Start("u2", "", at(60)))
	require.Equal(t, Ended, r.Posts[0].Status)
}

func TestAPersonalSessionWhoseEndWasLostIsOverWhenTheNextBegins(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("yesterday", 0)), true
	r.Start("u1", "", at(1))
	r.Posts, r.Personal = append(r.Posts, announced("today", 600)), true
	require.True(t, r.Start("u2", "", at(601)))
	require.Equal(t, Progress{Status: Ended, UUID: "u1", StartedAt: at(1)}, r.Posts[0].Progress(), "ended, without a made-up time")
	require.Equal(t, "u2", r.Posts[1].UUID)
}

func TestARecordStaysSmall(t *testing.T) {
	t.Parallel()
	var r Record
	for i := range 500 {
		r.Posts, r.Personal = []Post{announced("p", i)}, true
		r.End("u"+at(i).String(), "", at(i), at(i))
	}
	require.LessOrEqual(t, len(r.Over), maxOver)
}

func TestAPersonalRoomIsNotFollowedForPostsThatAreNotAboutIt(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		begins, ends int
		host         string
	}{
		"a session weeks later":                        {20 * 24 * 60, 20*24*60 + 30, "ann"},
		"an earlier session, reported 85 minutes late": {-90, -60, "ann"},
		"a session of the ID's next owner":             {5, 35, "bob"},
	} {
		var r Record
		r.Posts, r.Personal = append(r.Posts, Post{Message: message("p"), PostedAt: at(0), Status: Announced, HostID: "ann"}), true
		require.False(t, r.Start("u1", row.host, at(row.begins)), name)
		r.End("u1", row.host, at(row.begins), at(row.ends))
		require.Equal(t, Announced, r.Posts[0].Status, name)
		require.True(t, r.Start("u2", "ann", at(40)), name)
		require.Equal(t, "u2", r.Posts[0].UUID, name)
	}
}

func TestAClockThatIsAheadOfZoomsEndsItsPostsAnyway(t *testing.T) {
	t.Parallel()
	var r Record
	r.Posts, r.Personal = append(r.Posts, announced("p", 1)), true
	require.True(t, r.End("u1", "", at(0), at(0)), "Zoom's clock says it was before the post")
	require.Equal(t, Ended, r.Posts[0].Status)
}

// The post ends up the same, whatever the order of the events of two sessions, and however often they arrive.
func TestTheOrderOfEventsDoesNotMatter(t *testing.T) {
	t.Parallel()
	events := []func(*Record){
		func(r *Record) { r.Start("u1", "", at(1)) },
		func(r *Record) { r.End("u1", "", at(1), at(31)) },
		func(r *Record) { r.Start("u2", "", at(40)) },
		func(r *Record) { r.End("u2", "", at(40), at(50)) },
	}
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 7))
		var r Record
		r.Posts, r.Personal = append(r.Posts, announced("p", 0)), false
		order := append(random.Perm(len(events)), random.Perm(len(events))...)
		for _, i := range order {
			events[i](&r)
		}
		require.Equal(t, Ended, r.Posts[0].Status, "order %v", order)
	}
}
