package recordstest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
)

// MeetingsWorld is an empty index of meetings.
type MeetingsWorld struct {
	Index interface {
		meeting.Index
		// AdoptChoice stores the user's setting unless there is one already.
		AdoptChoice(ctx context.Context, person chat.PersonID, c meeting.Choice) error
		account.PersonalMeetings
		// Prune deletes what has expired.
		Prune(ctx context.Context) error
	}
	Grants oauth.Grants
	// Passes lets time pass in the index, and Now is its clock.
	Passes func(d time.Duration)
	Now    func() time.Time
}

// Meetings runs the contract of meeting.Index and account.PersonalMeetings. Each open returns an empty world.
func Meetings(t *testing.T, open func(t *testing.T) MeetingsWorld) {
	t.Helper()
	for name, story := range map[string]func(t *testing.T, w MeetingsWorld){
		"a meeting is found by its ID as it was announced":       meetingIsFound,
		"all posts of a personal meeting are known":              postsAreKnown,
		"only the latest posts of a meeting are found":           latestPostsAreFound,
		"a meeting is found by an alias for a time":              aliasIsFound,
		"changes are stored with the record":                     changesAreStored,
		"a post that is gone is forgotten":                       goneIsForgotten,
		"of two changes at the same time one is refused":         oneChangeIsRefused,
		"a post that was brought to an old state counts so":      staleIsNotShown,
		"a channel is reserved for one start":                    oneStart,
		"of simultaneous starts one is reserved":                 simultaneousStarts,
		"a reservation ends by its release or after a while":     reservationEnds,
		"an open meeting keeps others from starting":             openMeeting,
		"a user starts one further meeting at a time":            furtherMeetings,
		"a user who wants to be asked reserves nothing":          askReserves,
		"a start knows the user's personal meeting ID":           startKnowsPersonal,
		"a start reads its grant":                                startReadsGrant,
		"a due check goes to one server":                         dueChecks,
		"a setting is kept, and one from elsewhere yields to it": settingIsKept,
		"what hasn't changed for long is deleted":                oldIsDeleted,
		"nothing is done for a requester who has left":           meetingsOfNoOne,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, open(t))
		})
	}
}

func town(thread string) chat.Place {
	return chat.Place{Surface: chat.Mattermost, Channel: "town", Thread: thread}
}

func messageIn(at chat.Place, id string) chat.MessageRef { return chat.MessageRef{Place: at, ID: id} }

func user(id string) chat.Actor {
	return chat.Actor{Surface: chat.Mattermost, ID: id, Person: chat.PersonID(id)}
}

// attempt is a start of the user in town.
func attempt(who string, change func(*meeting.Attempt)) meeting.Attempt {
	a := meeting.Attempt{Ticket: "ticket of " + who, Actor: user(who), Place: town("")}
	if change != nil {
		change(&a)
	}
	return a
}

// opened is a meeting that alice just posted in town.
func (w MeetingsWorld) opened(number, message string) meeting.Opened {
	now := w.Now().Truncate(time.Second)
	return meeting.Opened{
		MeetingID: number, Until: now.Add(time.Hour), Post: meeting.Post{
			Message: messageIn(town("thread"), message), PostedAt: now, Creator: user("alice"), Topic: "Weekly", JoinURL: "https://zoom.us/j/1?pwd=x",
			HostID: "host", Status: meeting.Announced, Shown: meeting.Announced, OpenUntil: now.Add(30 * time.Minute),
			RecheckAt: now.Add(15 * time.Minute),
		},
	}
}

// announces stores the meeting and returns it.
func (w MeetingsWorld) announces(t *testing.T, number, message string) meeting.Opened {
	t.Helper()
	o := w.opened(number, message)
	require.NoError(t, w.Index.Announce(t.Context(), o))
	return o
}

// find returns the one record of the meeting ID.
func (w MeetingsWorld) find(t *testing.T, number string) meeting.Record {
	t.Helper()
	records, err := w.Index.Find(t.Context(), number)
	require.NoError(t, err)
	require.Len(t, records, 1)
	return records[0]
}

func (w MeetingsWorld) begins(t *testing.T, a meeting.Attempt) meeting.Beginning {
	t.Helper()
	begun, err := w.Index.Begin(t.Context(), a)
	require.NoError(t, err)
	return begun
}

// same compares posts, with times as instants.
func same(t *testing.T, want, got meeting.Post) {
	t.Helper()
	for _, at := range []*time.Time{
		&want.PostedAt, &want.StartedAt, &want.EndedAt, &want.OpenUntil, &want.RecheckAt, &got.PostedAt, &got.StartedAt, &got.EndedAt, &got.OpenUntil,
		&got.RecheckAt,
	} {
		*at = at.UTC()
	}
	require.Equal(t, want, got)
}

func meetingIsFound(t *testing.T, w MeetingsWorld) {
	t.Helper()
	o := w.announces(t, "85746065432", "post1")
	require.NoError(t, w.Index.Announce(t.Context(), o), "again, after an answer that got lost")
	found := w.find(t, "85746065432")
	require.Equal(t, []any{"85746065432", false, false}, []any{found.MeetingID, found.Personal, found.Alias})
	require.Empty(t, found.Over)
	require.Len(t, found.Posts, 1)
	same(t, o.Post, found.Posts[0])

	others, err := w.Index.Find(t.Context(), "85746065433")
	require.NoError(t, err)
	require.Empty(t, others, "events of meetings that are not ours find nothing")
}

// The peer keeps one entry per meeting ID, so that the second post with a personal meeting ID replaced the first.
func postsAreKnown(t *testing.T, w MeetingsWorld) {
	t.Helper()
	w.announces(t, "5551112222", "monday")
	w.Passes(time.Hour)
	tuesday := w.opened("5551112222", "tuesday")
	tuesday.Personal = true
	require.NoError(t, w.Index.Announce(t.Context(), tuesday))
	found := w.find(t, "5551112222")
	require.True(t, found.Personal)
	require.Equal(t, []string{"monday", "tuesday"}, []string{found.Posts[0].Message.ID, found.Posts[1].Message.ID})
}

func latestPostsAreFound(t *testing.T, w MeetingsWorld) {
	t.Helper()
	o := w.opened("5551112222", "")
	for i := range meeting.MaxPosts + 5 {
		o.Post.Message.ID, o.Post.PostedAt = fmt.Sprint("post", i), o.Post.PostedAt.Add(time.Minute)
		require.NoError(t, w.Index.Announce(t.Context(), o))
	}
	found := w.find(t, "5551112222")
	require.Len(t, found.Posts, meeting.MaxPosts)
	require.Equal(t, "post5", found.Posts[0].Message.ID)
}

func aliasIsFound(t *testing.T, w MeetingsWorld) {
	t.Helper()
	o := w.opened("85746065432", "post1")
	o.Others = []string{"5551112222"}
	require.NoError(t, w.Index.Announce(t.Context(), o))
	w.announces(t, "85746065432", "post2")
	found := w.find(t, "5551112222")
	require.Equal(t, []any{"85746065432", true}, []any{found.MeetingID, found.Alias})
	require.Len(t, found.Posts, 1, "only the post that has the alias")
	require.Equal(t, "post1", found.Posts[0].Message.ID)

	w.announces(t, "5551112222", "post3")
	records, err := w.Index.Find(t.Context(), "5551112222")
	require.NoError(t, err)
	require.Len(t, records, 2)
	require.Equal(t, []bool{false, true}, []bool{records[0].Alias, records[1].Alias})
	w.Passes(2 * time.Hour)
	require.False(t, w.find(t, "5551112222").Alias, "it was for a time")
}

func changesAreStored(t *testing.T, w MeetingsWorld) {
	t.Helper()
	w.announces(t, "85746065432", "post1")
	record := w.find(t, "85746065432")
	begin := w.Now().Truncate(time.Second)
	require.True(t, record.Start("u1", "", begin))
	require.NoError(t, w.Index.Save(t.Context(), record))
	record = w.find(t, "85746065432")
	require.Equal(t, meeting.Started, record.Posts[0].Status)
	require.True(t, begin.Equal(record.Posts[0].StartedAt))
	require.True(t, record.Posts[0].EndedAt.IsZero())
	require.Equal(t, meeting.Announced, record.Posts[0].Shown, "what is shown is what was said to be shown")

	require.True(t, record.End("u1", "", begin, begin.Add(time.Minute)))
	record.Posts[0].OpenUntil, record.Posts[0].RecheckAt, record.Posts[0].Shown = time.Time{}, time.Time{}, meeting.Ended
	require.NoError(t, w.Index.Save(t.Context(), record))
	ended := w.find(t, "85746065432")
	same(t, record.Posts[0].Stored(), ended.Posts[0])
	require.Equal(t, []string{"u1"}, ended.Over)
	require.Equal(t, record.Version+1, ended.Version)
}

func goneIsForgotten(t *testing.T, w MeetingsWorld) {
	t.Helper()
	w.announces(t, "5551112222", "post1")
	w.Passes(time.Minute)
	w.announces(t, "5551112222", "post2")
	record := w.find(t, "5551112222")
	require.True(t, record.Finish(chat.MessageRef{}))
	record.Posts[0].Gone = true
	require.NoError(t, w.Index.Save(t.Context(), record))
	record = w.find(t, "5551112222")
	require.Len(t, record.Posts, 1)
	require.Equal(t, "post2", record.Posts[0].Message.ID)
	require.Equal(t, meeting.Ended, record.Posts[0].Status)
}

func oneChangeIsRefused(t *testing.T, w MeetingsWorld) {
	t.Helper()
	w.announces(t, "85746065432", "post1")
	const writers = 8
	results, records := make(chan error, writers), make([]meeting.Record, writers)
	for i := range records {
		records[i] = w.find(t, "85746065432")
		require.True(t, records[i].Start(fmt.Sprint("u", i), "", w.Now()))
	}
	for _, record := range records {
		go func() { results <- w.Index.Save(t.Context(), record) }()
	}
	saved := 0
	for range writers {
		if err := <-results; err == nil {
			saved++
		} else {
			require.ErrorIs(t, err, meeting.ErrChanged)
		}
	}
	require.Equal(t, 1, saved)
	w.announces(t, "85746065432", "post2")
	require.Equal(t, int64(1), w.find(t, "85746065432").Version, "a new post is no change of the others")
}

func staleIsNotShown(t *testing.T, w MeetingsWorld) {
	t.Helper()
	w.announces(t, "85746065432", "post1")
	late, latest := w.find(t, "85746065432"), w.find(t, "85746065432")
	now := w.Now().Truncate(time.Second)
	require.True(t, latest.End("u1", "", now, now.Add(time.Minute)))
	latest.Posts[0].Shown = meeting.Ended
	require.NoError(t, w.Index.Save(t.Context(), latest))

	require.True(t, late.Start("u1", "", now))
	late.Posts[0].Shown = meeting.Started
	require.ErrorIs(t, w.Index.Save(t.Context(), late), meeting.ErrChanged)
	record := w.find(t, "85746065432")
	require.Equal(t, meeting.Ended, record.Posts[0].Status)
	require.Empty(t, record.Posts[0].Shown, "the late server has brought the post back to the start")
}

func dueChecks(t *testing.T, w MeetingsWorld) {
	t.Helper()
	due := func() []meeting.Recheck {
		found, err := w.Index.Due(t.Context())
		require.NoError(t, err)
		return found
	}
	o := w.announces(t, "85746065432", "post1")
	require.Empty(t, due())
	w.Passes(15*time.Minute + time.Second)
	require.Equal(t, []meeting.Recheck{{MeetingID: "85746065432", Message: o.Post.Message, Person: "alice"}}, due())
	require.Empty(t, due(), "another server has it")
	w.Passes(time.Hour + time.Second)
	require.Len(t, due(), 1, "that server died")

	require.NoError(t, w.Index.Plan(t.Context(), o.Post.Message, w.Now().Add(10*time.Minute)))
	w.Passes(10*time.Minute + time.Second)
	require.Len(t, due(), 1)
}

func oldIsDeleted(t *testing.T, w MeetingsWorld) {
	t.Helper()
	w.announces(t, "85746065432", "post1")
	w.Passes(34 * 24 * time.Hour)
	record := w.find(t, "85746065432")
	require.True(t, record.Start("u1", "", w.Now()))
	require.NoError(t, w.Index.Save(t.Context(), record))
	w.announces(t, "1112223333", "post2")
	require.NoError(t, w.Index.Prune(t.Context()))
	w.Passes(2 * 24 * time.Hour)
	require.NoError(t, w.Index.Prune(t.Context()))
	w.find(t, "85746065432") // a change keeps it
	w.Passes(34 * 24 * time.Hour)
	require.NoError(t, w.Index.Prune(t.Context()))
	for _, number := range []string{"85746065432", "1112223333"} {
		records, err := w.Index.Find(t.Context(), number)
		require.NoError(t, err)
		require.Empty(t, records)
	}
}

func meetingsOfNoOne(t *testing.T, w MeetingsWorld) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, w.Index.Announce(ctx, w.opened("85746065432", "post1")), context.Canceled)
	records, err := w.Index.Find(t.Context(), "85746065432")
	require.NoError(t, err)
	require.Empty(t, records)
	require.ErrorIs(t, w.Index.SetPersonalMeetingID(ctx, "alice", "5551112222", time.Hour), context.Canceled)
}
