package recordstest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/oauth"
)

func oneStart(t *testing.T, w MeetingsWorld) {
	t.Helper()
	begun := w.begins(t, attempt("alice", nil))
	require.True(t, begun.Reserved)
	require.Equal(t, meeting.Unique, begun.Choice)
	again := w.begins(t, attempt("bob", nil))
	require.False(t, again.Reserved)
	require.Nil(t, again.Open, "a start in progress is no open meeting")
	elsewhere := w.begins(t, attempt("bob", func(a *meeting.Attempt) { a.Place.Channel = "backroom" }))
	require.True(t, elsewhere.Reserved)
	inThread := w.begins(t, attempt("bob", func(a *meeting.Attempt) { a.Place = town("thread") }))
	require.False(t, inThread.Reserved, "a thread is in the same channel")
}

func simultaneousStarts(t *testing.T, w MeetingsWorld) {
	t.Helper()
	const starters = 8
	for _, another := range []bool{false, true} {
		var all sync.WaitGroup
		reserved := make([]bool, starters)
		for i := range starters {
			all.Go(func() {
				begun, err := w.Index.Begin(t.Context(), attempt("alice", func(a *meeting.Attempt) { a.Ticket, a.AllTheSame = fmt.Sprint(i), another }))
				if err != nil {
					t.Error(err)
				}
				reserved[i] = begun.Reserved
			})
		}
		all.Wait()
		n := 0
		for i, r := range reserved {
			if r {
				n++
				require.NoError(t, w.Index.Release(t.Context(), fmt.Sprint(i)))
			}
		}
		require.Equal(t, 1, n, "another: %v", another)
	}
}

func reservationEnds(t *testing.T, w MeetingsWorld) {
	t.Helper()
	expected := func(number string) bool {
		expected, err := w.Index.Expected(t.Context(), number)
		require.NoError(t, err)
		return expected
	}
	require.False(t, expected("85746065432"))
	require.True(t, w.begins(t, attempt("alice", nil)).Reserved)
	require.True(t, expected("85746065432"))
	require.NoError(t, w.Index.Release(t.Context(), "of someone else"))
	require.False(t, w.begins(t, attempt("bob", nil)).Reserved)
	require.NoError(t, w.Index.Release(t.Context(), "ticket of alice"))
	require.True(t, w.begins(t, attempt("bob", nil)).Reserved)
	w.Passes(meeting.UnderWayFor + time.Second)
	abandoned, err := w.Index.Abandoned(t.Context())
	require.NoError(t, err)
	require.Len(t, abandoned, 1)
	begun := w.begins(t, attempt("alice", nil))
	require.True(t, begun.Reserved, "a server that died releases nothing")
	require.True(t, abandoned[0].At.Equal(begun.Abandoned.At))
	require.WithinDuration(t, w.Now().Add(-meeting.UnderWayFor), abandoned[0].At, time.Minute)
	abandoned[0].At, begun.Abandoned.At = time.Time{}, time.Time{}
	require.Equal(t, meeting.Abandoned{Ticket: "ticket of bob", Actor: user("bob"), Place: town("")}, *begun.Abandoned)
	require.Equal(t, *begun.Abandoned, abandoned[0])
	abandoned, err = w.Index.Abandoned(t.Context())
	require.NoError(t, err)
	require.Empty(t, abandoned)
	require.NoError(t, w.Index.Release(t.Context(), "ticket of bob"))
	require.False(t, w.begins(t, attempt("bob", nil)).Reserved, "a late release ends no other's reservation")
}

func openMeeting(t *testing.T, w MeetingsWorld) {
	t.Helper()
	require.True(t, w.begins(t, attempt("alice", nil)).Reserved)
	first := w.opened("85746065432", "post1")
	first.Ticket = "ticket of alice"
	require.NoError(t, w.Index.Announce(t.Context(), first))
	begun := w.begins(t, attempt("bob", nil))
	require.False(t, begun.Reserved)
	require.NotNil(t, begun.Open)
	at := begun.Open.At
	begun.Open.At = time.Time{}
	require.Equal(t, meeting.Open{
		Message: first.Post.Message, MeetingID: "85746065432", JoinURL: first.Post.JoinURL, Topic: "Weekly", Creator: user("alice"),
	}, *begun.Open)
	require.True(t, first.Post.PostedAt.Equal(at))

	require.NoError(t, w.Index.Close(t.Context(), first.Post.Message))
	require.True(t, w.begins(t, attempt("bob", nil)).Reserved, "announcing gave the reservation back")
	require.NoError(t, w.Index.Release(t.Context(), "ticket of bob"))

	w.announces(t, "1112223333", "post2")
	w.Passes(time.Minute)
	w.announces(t, "4445556666", "post3")
	require.Equal(t, "post3", w.begins(t, attempt("bob", nil)).Open.Message.ID, "the newest is offered")
	w.Passes(31 * time.Minute)
	require.True(t, w.begins(t, attempt("bob", nil)).Reserved, "no one came")
}

func furtherMeetings(t *testing.T, w MeetingsWorld) {
	t.Helper()
	another := func(a *meeting.Attempt) { a.AllTheSame = true }
	w.announces(t, "85746065432", "post1")
	begun := w.begins(t, attempt("bob", another))
	require.True(t, begun.Reserved)
	require.Nil(t, begun.Open)
	require.False(t, w.begins(t, attempt("bob", another)).Reserved, "a user who clicks three times wants one more")
	require.True(t, w.begins(t, attempt("alice", another)).Reserved)
}

func askReserves(t *testing.T, w MeetingsWorld) {
	t.Helper()
	require.NoError(t, w.Index.SetChoice(t.Context(), "alice", meeting.Ask))
	begun := w.begins(t, attempt("alice", nil))
	require.Equal(t, meeting.Beginning{Choice: meeting.Ask}, begun)
	begun = w.begins(t, attempt("alice", func(a *meeting.Attempt) { a.Choice = meeting.Personal }))
	require.Equal(t, meeting.Beginning{Choice: meeting.Personal, Reserved: true}, begun, "the answer counts")
}

func startReadsGrant(t *testing.T, w MeetingsWorld) {
	t.Helper()
	for name, sealed := range map[string]string{"alice": "of alice", "account": "of all"} {
		require.NoError(t, w.Grants.SaveGrant(t.Context(), oauth.GrantKey{Provider: "zoom", Name: name}, "", sealed))
		require.NoError(t, w.Grants.SaveGrant(t.Context(), oauth.GrantKey{Provider: "hub", Site: "site", Name: name}, "", "of another provider"))
		require.Equal(t, sealed, w.begins(t, attempt("alice", func(a *meeting.Attempt) { a.Grant = name })).Grant)
	}
	require.Empty(t, w.begins(t, attempt("alice", func(a *meeting.Attempt) { a.Grant = "bob" })).Grant)
}

func startKnowsPersonal(t *testing.T, w MeetingsWorld) {
	t.Helper()
	require.NoError(t, w.Index.SetChoice(t.Context(), "alice", meeting.Personal))
	require.NoError(t, w.Index.SetPersonalMeetingID(t.Context(), "alice", "5551112222", time.Hour))
	begun := w.begins(t, attempt("alice", nil))
	require.Equal(t, meeting.Beginning{Choice: meeting.Personal, PersonalID: "5551112222", Reserved: true}, begun)
	w.Passes(time.Hour + time.Minute)
	require.Empty(t, w.begins(t, attempt("alice", nil)).PersonalID, "it is remembered for a time")

	require.NoError(t, w.Index.SetPersonalMeetingID(t.Context(), "alice", "5551112222", time.Hour))
	require.NoError(t, w.Index.SetPersonalMeetingID(t.Context(), "alice", "", 0))
	require.Empty(t, w.begins(t, attempt("alice", nil)).PersonalID, "it can be forgotten")
}
