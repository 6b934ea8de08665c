package mattermost_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
	"mattermost-plugin-zoom/server/queue"
)

// build returns the card of a build in this state.
func build(state string, tone chat.Tone) chat.Card {
	return chat.Card{
		Emoji: "x", State: chat.Verbatim(state), Title: "web #42", URL: "https://ci.example.com/42", Tone: tone, Footer: "Jenkins",
		Actions: []chat.Action{{ID: "rebuild", Label: chat.Verbatim("Rebuild"), Values: map[string]string{"of": "web"}}},
	}
}

func mark(key string) chat.Mark {
	return chat.Mark{Provider: "jenkins", Connection: "c1", Subject: "web/42", Key: key}
}

// shown posts a build's card in town square.
func (w *world) shown(t *testing.T, s *mattermost.Surface) (*mmtest.Post, chat.Posting) {
	t.Helper()
	p := chat.Posting{Place: place(w.townSquare.ID), Card: build("Running", chat.ToneRunning), Mark: mark("card")}
	made, err := s.Post(t.Context(), p)
	require.NoError(t, err)
	post := w.townSquare.LastPost()
	require.Equal(t, in(w.townSquare.ID, post.Id), made)
	return post, p
}

func TestACardIsPostedByTheBotAndBroughtUpToDateInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	post, p := w.shown(t, s)
	require.Equal(t, w.BotID(), post.UserId)
	require.Equal(t, "true", post.Prop("from_bot"))
	require.Equal(t, []string{"Rebuild"}, post.Buttons())
	require.Equal(t, "https://chat.example.com/_redirect/pl/"+post.Id, s.Link(message(post.Id)))

	w.mm.Advance(time.Minute)
	require.NoError(t, s.Update(t.Context(), message(post.Id), p))
	require.Equal(t, post.UpdateAt, post.Refreshed().UpdateAt, "what it shows already is not written again")

	p.Card = build("Failed", chat.ToneFailure)
	require.NoError(t, s.Update(t.Context(), message(post.Id), p))
	require.Len(t, w.townSquare.Posts(), 1)
	failed := post.Refreshed()
	require.Contains(t, failed.Text(), "❌ Failed · web #42")
	require.Equal(t, "true", failed.Prop("from_bot"))
	require.Equal(t, "true", failed.Prop("from_plugin"))
}

// The server takes a plugin's word for whether a post is pinned and has reactions.
func TestAPostStaysPinnedAndKeepsItsReactionsWhenItIsRewritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	card, p := w.shown(t, s)
	card.PinAndReact()
	p.Card = build("Failed", chat.ToneFailure)
	require.NoError(t, s.Update(t.Context(), message(card.Id), p))
	require.Contains(t, card.Refreshed().Text(), "Failed")
	require.True(t, card.Refreshed().IsPinned)
	require.True(t, card.Refreshed().HasReactions)

	meeting := w.announced(t, standUp())
	meeting.PinAndReact()
	require.NoError(t, w.Rewrite(t.Context(), message(meeting.Id), ended(nine(), nine().Add(time.Hour))))
	require.Equal(t, "ENDED", meeting.Refreshed().Prop("meeting_status"))
	require.True(t, meeting.Refreshed().IsPinned)
	require.True(t, meeting.Refreshed().HasReactions)
}

func TestACardListsTheTimesInItsTextsForTheWebapp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	post, p := w.shown(t, s)
	require.Nil(t, post.GetProp("times"))

	at := time.Date(2026, 3, 2, 9, 4, 0, 0, time.UTC)
	p.Card.Text = chat.VerbatimText(chat.Time(at, chat.TimeOfDay))
	p.Card.Fields = []chat.Field{{Label: chat.Verbatim("First seen"), Value: chat.VerbatimText(chat.Time(at, chat.DateAndTime))}}
	require.NoError(t, s.Update(t.Context(), message(post.Id), p))
	shown := post.Refreshed()
	times, err := json.Marshal(shown.GetProp("times"))
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"text": "09:04 UTC", "at": 1772442240000, "style": "time"},
		{"text": "2026-03-02 09:04 UTC", "at": 1772442240000, "style": "datetime"}
	]`, string(times))
	require.Equal(t, "09:04 UTC", shown.Attachments()[0].Text, "what other clients show")
	require.Equal(t, "2026-03-02 09:04 UTC", shown.Attachments()[0].Fields[0].Value)

	require.NoError(t, s.Update(t.Context(), message(post.Id), p))
	require.Equal(t, shown.UpdateAt, post.Refreshed().UpdateAt, "what it shows already is not written again")
	p.Card = build("Passed", chat.ToneSuccess)
	require.NoError(t, s.Update(t.Context(), message(post.Id), p))
	require.Nil(t, post.Refreshed().GetProp("times"))
}

func TestHistoryIsInTheThreadAndMayHaveButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	card, _ := w.shown(t, s)
	at := place(w.townSquare.ID).In(card.Id)
	answer, err := s.Reply(t.Context(), at, chat.Reply{
		Text: chat.Verbatim("2 tests failed."), Actions: []chat.Action{{ID: "log", Label: chat.Verbatim("Log")}}, Mention: "bob",
	}, mark("reply"))
	require.NoError(t, err)
	reply := w.townSquare.LastPost()
	require.Equal(t, answer.ID, reply.Id)
	require.Equal(t, card.Id, reply.RootId)
	require.Equal(t, "@bob 2 tests failed.", reply.Message)
	require.Equal(t, []string{"Log"}, reply.Buttons())

	require.NoError(t, s.Announce(t.Context(), at, chat.Verbatim("The channel is no longer connected.")))
	said := w.townSquare.LastPost()
	require.Equal(t, "The channel is no longer connected.", said.Message)
	require.Equal(t, card.Id, said.RootId)
	require.Nil(t, said.Prop("bridge"), "it is about no subject")
}

func TestACallGoesOutOnceAndOnlyToWhomItCanBe(t *testing.T) {
	t.Parallel()
	for who, want := range map[string]string{
		"": "", "bob": "@bob", "here": "@here", "channel": "@channel", "all": "", "Bob": "", "bob @all": "", "@bob": "", "b\nob": "",
		strings.Repeat("b", 65): "",
	} {
		w := newWorld(t)
		s := mattermost.NewSurface(w.Client, strings.ToTitle)
		p := chat.Posting{Place: place(w.townSquare.ID), Card: build("Failed", chat.ToneFailure), Mention: who}
		postID, err := s.Post(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, want, w.townSquare.LastPost().Message)
		_, appErr := w.mm.API().GetChannelMember(w.townSquare.ID, w.BotID())
		require.Equal(t, who == "here" || who == "channel", appErr == nil, "only members can call all")

		p.Card, p.Mention = build("Fixed", chat.ToneSuccess), "channel"
		require.NoError(t, s.Update(t.Context(), postID, p))
		require.Equal(t, want, w.townSquare.LastPost().Message, "an edit notifies no one")
	}
}

func TestWhatCanBeShownNowhereAnyMoreIsGone(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*world, *mmtest.Post) chat.Place{
		"a deleted post": func(w *world, p *mmtest.Post) chat.Place {
			p.Delete()
			return place(w.townSquare.ID).In(p.Id)
		},
		"an archived channel": func(w *world, p *mmtest.Post) chat.Place {
			w.townSquare.Archive()
			return place(w.townSquare.ID).In(p.Id)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s := mattermost.NewSurface(w.Client, strings.ToTitle)
			post, p := w.shown(t, s)
			at := end(w, post)
			p.Card = build("Failed", chat.ToneFailure)
			require.ErrorIs(t, s.Update(t.Context(), message(post.Id), p), bridge.ErrGone)
			_, err := s.Reply(t.Context(), at, chat.Reply{Text: chat.Verbatim("x")}, mark("reply"))
			require.ErrorIs(t, err, bridge.ErrGone)
			require.ErrorIs(t, s.Announce(t.Context(), at, chat.Verbatim("x")), bridge.ErrGone)
		})
	}
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	_, err := s.Post(t.Context(), chat.Posting{Place: place("nowhere"), Card: build("Failed", chat.ToneFailure)})
	require.ErrorIs(t, err, bridge.ErrGone)
}

// A card that another server posted a moment ago may not have reached the replica that this one reads.
func TestAPostThatAReplicaLacksIsNotGoneYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mm.Configure(func(c *model.Config) { c.SqlSettings.DataSourceReplicas = []string{"replica"} })
	w.ServerSettingsChanged()
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	post, p := w.shown(t, s)
	post.Delete()
	require.ErrorIs(t, s.Update(t.Context(), message(post.Id), p), queue.ErrNotYet)
	w.mm.Advance(59 * time.Second)
	require.ErrorIs(t, s.Update(t.Context(), message(post.Id), p), queue.ErrNotYet)
	w.mm.Advance(time.Second)
	require.ErrorIs(t, s.Update(t.Context(), message(post.Id), p), bridge.ErrGone)
}

func TestAPostOfADeadServerIsFoundByItsMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	before, p := w.shown(t, s)
	w.mm.Advance(time.Minute)
	since := w.mm.Now()
	channel := place(w.townSquare.ID)
	find := func(at chat.Place, m chat.Mark) chat.MessageRef {
		found, err := s.Recover(t.Context(), at, m, since)
		require.NoError(t, err)
		return found
	}
	p.Card = build("Failed", chat.ToneFailure)
	require.NoError(t, s.Update(t.Context(), message(before.Id), p))
	require.Empty(t, find(channel, mark("card")), "it was changed since then, but made before")

	card, err := s.Post(t.Context(), p)
	require.NoError(t, err)
	thread := place(w.townSquare.ID).In(card.ID)
	reply, err := s.Reply(t.Context(), thread, chat.Reply{Text: chat.Verbatim("x")}, mark("reply"))
	require.NoError(t, err)
	require.Equal(t, card, find(channel, mark("card")))
	require.Empty(t, find(channel, mark("reply")), "that is in the thread")
	require.Equal(t, reply, find(thread, mark("reply")))
	require.Empty(t, find(thread, mark("other")))
	require.Empty(t, find(place(w.townSquare.ID).In("nothread"), mark("reply")))
}

// The server's call for a channel's changes since a time returns an arbitrary thousand of them.
func TestTheServerShowsAThousandPostsAtOnceAndOursIsFoundAmongMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	since := w.mm.Now()
	card, p := w.shown(t, s)
	w.mm.Advance(time.Millisecond)
	for i := range 1300 {
		w.bob.Says("More", w.townSquare)
		if i%3 == 0 {
			w.mm.Advance(time.Millisecond) // several are made in the same millisecond
		}
	}
	found, err := s.Recover(t.Context(), p.Place, p.Mark, since)
	require.NoError(t, err)
	require.Equal(t, card.Id, found.ID)
	w.mm.Advance(time.Second)
	found, err = s.Recover(t.Context(), p.Place, p.Mark, w.mm.Now())
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestAPostOfSomeoneElseIsNotThePlugins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	_, p := w.shown(t, s)
	forged := w.bob.Says("Look", w.townSquare)
	forged.Forge(map[string]any{"from_bot": "true", "bridge": map[string]any{
		"provider": "jenkins", "connection": "c1", "subject": "web/42", "key": "forged",
	}})
	require.ErrorIs(t, s.Update(t.Context(), message(forged.Id), p), bridge.ErrGone)
	found, err := s.Recover(t.Context(), place(w.townSquare.ID), mark("forged"), w.mm.Now())
	require.NoError(t, err)
	require.Empty(t, found)
}

func TestABrokenConnectionLosesNoCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	post, p := w.shown(t, s)
	w.mm.BreakConnection()
	_, err := s.Post(t.Context(), p)
	require.ErrorIs(t, err, mattermost.ErrNoAnswer)
	_, err = s.Recover(t.Context(), p.Place, p.Mark, nine())
	require.ErrorIs(t, err, mattermost.ErrNoAnswer)
	require.ErrorIs(t, s.Update(t.Context(), message(post.Id), p), mattermost.ErrNoAnswer)
	require.False(t, s.MayAdminister(t.Context(), actor(w.alice.ID), place(w.townSquare.ID)))
}

func TestOnlyAdminsAdminister(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(w *world)
		want   bool
	}{
		"a member":             {func(*world) {}, false},
		"the channel's admin":  {func(w *world) { w.townSquare.Promote(w.alice) }, true},
		"one who left":         {func(w *world) { w.townSquare.Promote(w.alice); w.townSquare.Leave(w.alice) }, false},
		"a deactivated admin":  {func(w *world) { w.townSquare.Promote(w.alice); w.alice.Becomes(mmtest.Deactivated) }, false},
		"an admin of them all": {func(w *world) { w.alice.Becomes(mmtest.Admin) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			c.change(w)
			require.Equal(t, c.want, w.MayAdminister(t.Context(), actor(w.alice.ID), place(w.townSquare.ID)))
		})
	}
}

func TestTheConversationWithTheBotIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for channel, want := range map[*mmtest.Channel]chat.Channel{
		w.alice.DirectWith(w.BotID()): {Direct: true},
		w.alice.DirectWith(w.bob.ID):  {},
		w.townSquare:                  {Public: true, Name: "town-square"},
	} {
		found, err := w.Channel(t.Context(), place(channel.ID))
		require.NoError(t, err)
		require.Equal(t, want, found)
	}
}

func TestALineWithLongAddressesIsNoLongerThanTheServerTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	s := mattermost.NewSurface(w.Client, strings.ToTitle)
	post, p := w.shown(t, s)
	thread := place(w.townSquare.ID).In(post.Id)
	var lines []chat.Message
	for range 40 {
		lines = append(lines, chat.VerbatimText(chat.Join(" ", chat.Link("0123abc", "https://git.example.com/"+strings.Repeat("x", 900)), chat.Plain("Fix it"))))
	}
	_, err := s.Reply(t.Context(), thread, chat.Reply{Text: chat.Lines(lines...), Mention: "alice"}, mark("long"))
	require.NoError(t, err)
	said := w.townSquare.LastPost().Message
	require.Contains(t, said, "Fix it")
	require.True(t, strings.HasSuffix(said, "…"), said[len(said)-20:])
	require.NoError(t, s.Announce(t.Context(), p.Place, chat.Lines(lines...)))
}
