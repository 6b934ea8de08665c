package zoomchat_test

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/queue"
	"mattermost-plugin-zoom/server/zoomchat"
)

func posting(title string) chat.Posting {
	return chat.Posting{
		Place: ops(), Mark: chat.Mark{Provider: "jenkins", Connection: "c", Subject: "s", Key: "k"},
		Card: chat.Card{State: chat.Verbatim("Failed"), Title: title, Actions: []chat.Action{{ID: "rebuild", Label: chat.Verbatim("Rebuild")}}},
	}
}

func TestACardIsPostedUpdatedAndFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.surface.Post(t.Context(), posting("web"))
	require.ErrorIs(t, err, bridge.ErrGone, "a channel that was never seen")
	w.types("Ann", opsJID, "help")
	start := w.now
	card, err := w.surface.Post(t.Context(), posting("web"))
	require.NoError(t, err)
	require.Equal(t, "Failed · web", w.last().body.Content.Head.Text)
	require.Equal(t, "acc", w.last().body.Account)
	require.Equal(t, botJID, w.last().body.Robot)
	calls := len(w.sent)
	require.NoError(t, w.surface.Update(t.Context(), card, posting("web")))
	require.Len(t, w.sent, calls, "a card that is shown already is left alone")
	require.NoError(t, w.surface.Update(t.Context(), card, posting("web #2")))
	require.Equal(t, "/"+card.ID, w.last().path)
	require.Equal(t, "Failed · web #2", w.last().body.Content.Head.Text)

	reply, err := w.surface.Reply(t.Context(), card.Follow(), chat.Reply{Text: chat.Verbatim("Failed after 1 min")}, chat.Mark{Key: "r"})
	require.NoError(t, err)
	require.Equal(t, card.ID, w.last().body.ReplyTo)
	require.Equal(t, card.ID, reply.Thread)
	found, err := w.surface.Recover(t.Context(), card.Follow(), chat.Mark{Key: "r"}, start)
	require.NoError(t, err)
	require.Equal(t, reply, found)
	require.Empty(t, w.surface.Link(card))
	require.ErrorIs(t, w.surface.Update(t.Context(), chat.MessageRef{Place: ops(), ID: "forged"}, posting("x")), bridge.ErrGone)
}

func TestADeadChannelIsRetired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "help")
	w.refuse = func(s sent) (int, string) {
		if s.body.UserJID == annJID {
			return 403, `{"code":7004,"message":"No permission"}`
		}
		return 0, ""
	}
	_, err := w.surface.Post(t.Context(), posting("web"))
	require.NoError(t, err, "the user who acted last has left; the channel is still there")
	require.Equal(t, opsJID, w.last().body.UserJID)
	w.refuse = func(sent) (int, string) { return 403, `{"code":7004,"message":"No permission"}` }
	_, err = w.surface.Post(t.Context(), posting("web"))
	require.ErrorIs(t, err, bridge.ErrGone)
	w.refuse = nil
	calls := len(w.sent)
	_, err = w.surface.Post(t.Context(), posting("web"))
	require.ErrorIs(t, err, bridge.ErrGone)
	require.Len(t, w.sent, calls, "Zoom isn't asked again")
	w.types("Ann", opsJID, "help")
	_, err = w.surface.Post(t.Context(), posting("web"))
	require.NoError(t, err, "until someone uses the bot there")
}

func TestADeletedMessageIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "help")
	card, err := w.surface.Post(t.Context(), posting("web"))
	require.NoError(t, err)
	w.refuse = func(s sent) (int, string) {
		if s.method == "PUT" {
			return 404, `{"code":8001,"message":"No message"}`
		}
		return 400, `{"code":7001,"message":"Bad body"}`
	}
	require.ErrorIs(t, w.surface.Update(t.Context(), card, posting("x")), bridge.ErrGone)
	require.ErrorIs(t, w.surface.Update(t.Context(), card, posting("y")), bridge.ErrGone, "it is forgotten")
	_, err = w.surface.Reply(t.Context(), card.Follow(), chat.Reply{Text: chat.Verbatim("x")}, chat.Mark{})
	require.ErrorIs(t, err, bridge.ErrGone, "its thread is gone with it")
	w.refuse = nil
	_, err = w.surface.Post(t.Context(), posting("web"))
	require.NoError(t, err, "the channel is not")
}

func TestNothingIsLostToALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "help")
	w.refuse = func(sent) (int, string) {
		return 429, `{"code":429,"message":"You have reached the maximum per-second rate limit"}`
	}
	_, err := w.surface.Post(t.Context(), posting("web"))
	wait, early := queue.Wait(err)
	require.True(t, early, "%v", err)
	require.Equal(t, 10*time.Second, wait)
	w.refuse = func(sent) (int, string) { return 503, `{}` }
	_, err = w.surface.Post(t.Context(), posting("web"))
	require.True(t, fault.Is(err, fault.ZoomUnavailable), "the queue tries again")
	_, early = queue.Wait(err)
	require.False(t, early)
}

func TestMessagesKeepZoomsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		w.surface = paced(w)
		w.types("Ann", opsJID, "help")
		for n := 1; n < 30; n++ {
			_, err := w.surface.Post(t.Context(), posting("web"))
			require.NoError(t, err)
		}
		require.GreaterOrEqual(t, time.Since(start), 2*time.Second, "10 within a second, 30 within ten")
		require.Less(t, time.Since(start), 4*time.Second)
		_, err := w.surface.Post(t.Context(), posting("web"))
		wait, early := queue.Wait(err)
		require.True(t, early, "what has to wait long is tried again later")
		require.Greater(t, wait, 5*time.Second)
		require.LessOrEqual(t, wait, 10*time.Second)
		time.Sleep(wait)
		_, err = w.surface.Post(t.Context(), posting("web"))
		require.NoError(t, err)
	})
}

// paced returns the surface with the real clock, which a bubble moves.
func paced(w *world) *zoomchat.Surface {
	d := w.surface.Dependencies
	d.Now = time.Now
	own := zoomchat.New(d)
	w.Surface = own
	w.now = time.Now()
	return own
}

func TestChangesOfACardThatWaitAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.surface = paced(w)
		w.types("Ann", opsJID, "help")
		var cards []chat.MessageRef
		for range 9 {
			card, err := w.surface.Post(t.Context(), posting("web"))
			require.NoError(t, err)
			cards = append(cards, card)
		}
		calls := len(w.sent)
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() {
				time.Sleep(time.Duration(n) * time.Millisecond)
				require.NoError(t, w.surface.Update(t.Context(), cards[0], posting("web "+strings.Repeat("x", n+1))))
			})
		}
		all.Wait()
		require.LessOrEqual(t, len(w.sent)-calls, 3)
		require.Equal(t, "Failed · web "+strings.Repeat("x", 20), w.last().body.Content.Head.Text, "the last one is shown")
	})
}

func TestRightsAreThoseOfWhoWasSeenInAChannel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	require.False(t, w.surface.MayPost(ctx, ann(), ops()), "what isn't known is refused")
	w.types("Ann", opsJID, "help")
	require.True(t, w.surface.MayPost(ctx, ann(), ops()))
	require.False(t, w.surface.MayAdminister(ctx, ann(), ops()))
	require.False(t, w.surface.MayMentionAll(ctx, ann(), ops()))
	eve := ann()
	eve.ID = "jenkins/acc/Eve"
	require.False(t, w.surface.MayPost(ctx, eve, ops()))
	other := ann()
	other.ID = "sentry/acc/Ann"
	require.False(t, w.surface.MayPost(ctx, other, ops()), "another app's user")
	require.False(t, w.surface.MayPost(ctx, chat.PersonID("p-ann").Actor(), ops()))
	found, err := w.surface.ChannelsOf(ctx, ann())
	require.NoError(t, err)
	require.Equal(t, []chat.Place{ops()}, found)
	w.now = w.now.Add(25 * time.Hour)
	require.False(t, w.surface.MayPost(ctx, ann(), ops()), "a day later the user may have left")
	still, err := w.surface.StillMayPost(ctx, ann(), ops())
	require.NoError(t, err)
	require.True(t, still, "but their subscriptions don't end because of that")
	mine := chat.Place{Surface: zoomchat.ID, Channel: "jenkins/acc/" + annJID + "/robot_" + botJID}
	w.types("Ann", annJID+"/robot_"+botJID, "help")
	require.True(t, w.surface.MayAdminister(ctx, ann(), mine))
	channel, err := w.surface.Channel(ctx, mine)
	require.NoError(t, err)
	require.Equal(t, chat.Channel{Direct: true}, channel)
	channel, err = w.surface.Channel(ctx, ops())
	require.NoError(t, err)
	require.Equal(t, chat.Channel{Name: "Ops"}, channel)
	_, err = w.surface.Channel(ctx, chat.Place{Surface: zoomchat.ID, Channel: "jenkins/acc/none@conference.x"})
	require.True(t, fault.Is(err, fault.NoPost))
}

func TestANoteGoesWhereZoomLetsItBeSeenByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.types("Ann", opsJID, "help")
	note := chat.Note{Text: chat.Verbatim("Hello")}
	w.refuse = func(s sent) (int, string) {
		if s.body.OnlyTo == "Ann" {
			return 403, `{"code":7004,"message":"No permission"}`
		}
		return 0, ""
	}
	require.NoError(t, w.surface.Ephemeral(t.Context(), ops(), ann(), note))
	require.Equal(t, annJID, w.last().body.OnlyTo, "by address, where the ID is refused")
	w.refuse = func(s sent) (int, string) {
		if s.body.OnlyTo != "" {
			return 400, `{"code":7001,"message":"Bad body"}`
		}
		return 0, ""
	}
	require.NoError(t, w.surface.Ephemeral(t.Context(), ops(), ann(), note))
	require.Equal(t, annJID, w.last().body.ToJID, "else by direct message")
	require.Empty(t, w.last().body.OnlyTo)
	w.refuse = nil
	require.NoError(t, w.surface.Direct(t.Context(), ann(), chat.Verbatim("Hi")))
	require.Equal(t, annJID, w.last().body.ToJID)
	stranger := ann()
	stranger.ID = "jenkins/acc/Nobody"
	require.ErrorIs(t, w.surface.Direct(t.Context(), stranger, chat.Verbatim("Hi")), bridge.ErrGone)
	require.NoError(t, w.surface.Announce(t.Context(), ops(), chat.Verbatim("All")))
	require.Equal(t, "All", w.last().text())
}

func TestAnAppsCredentialsAreTriedSealedAndKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, 1, w.tokens)
	w.types("Ann", opsJID, "help")
	w.types("Ann", opsJID, "help")
	require.Equal(t, 2, w.tokens, "one token serves until it ends")
	states, err := w.apps.Status(t.Context())
	require.NoError(t, err)
	require.Len(t, states, 1)
	require.NoError(t, states[0].Err)
	require.Equal(t, []string{"acc"}, states[0].Accounts)
	require.NoError(t, w.apps.Remove(t.Context(), "jenkins"))
	_, err = w.surface.Post(t.Context(), posting("web"))
	require.Error(t, err)
	states, err = w.apps.Status(t.Context())
	require.NoError(t, err)
	require.Empty(t, states)
}
