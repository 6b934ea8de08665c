package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	pager "mattermost-plugin-zoom/sandbox/pagerduty"
)

// takesReplies has the account connected to town and backroom, of which the town has replies added as notes, and an incident.
func takesReplies(t *testing.T) (h *pagerHost, incident string) {
	t.Helper()
	h = newPager(t)
	h.follows(h.alice, "", h.town)
	h.follows(h.alice, "", h.backroom)
	h.alice.Types("/pduty configure", h.town)
	require.Equal(t, "Replies become notes", h.alice.Field("notes").DisplayName)
	require.Equal(t, "false", h.alice.Field("notes").Default, "replies leave the chat only if that is enabled")
	h.alice.Submits(map[string]any{"notes": true})
	require.Nil(t, h.alice.Dialog())
	requireTells(t, lastNote(h.alice), "Replies in a card's thread become notes in PagerDuty")
	requireTells(t, h.town.LastPost().Message, "@alice changed whether replies become notes")
	return h, h.triggers("Database", "Disk full")
}

// noted are the texts of the incident's notes.
func (h *pagerHost) noted(id string) []string {
	h.t.Helper()
	var texts []string
	for _, n := range h.current(id).Notes {
		texts = append(texts, n.Text)
	}
	return texts
}

func TestRepliesInTheThreadBecomeNotesOfTheirAuthors(t *testing.T) {
	t.Parallel()
	h, id := takesReplies(t)
	card, other := h.card(h.town), h.card(h.backroom)
	h.alice.Says("It is the *log* volume", card)
	h.passes()
	require.Equal(t, []string{"It is the *log* volume"}, h.noted(id))
	require.Equal(t, "Alice Ames", h.current(id).Notes[0].By)
	said := strings.Join(thread(card, h.town), "\n")
	require.Equal(t, 1, strings.Count(said, "volume"), "it is there already: %s", said)
	require.Equal(t, 1, strings.Count(strings.Join(thread(other, h.backroom), "\n"), "volume"), "the other channel gets it")

	h.happens(id, pager.Happening{What: pager.AddNote, By: "PBOB123", Text: "It is the *log* volume"})
	require.Equal(t, 2, strings.Count(strings.Join(thread(card, h.town), "\n"), "volume"), "the same words from PagerDuty are a new note")
	require.Len(t, h.noted(id), 2, "and what we post goes nowhere")

	reply := h.alice.Says("The logs rotate now", card)
	h.passes()
	require.Len(t, h.noted(id), 3)
	reply.Delete()
	h.passes()
	require.Len(t, h.noted(id), 3, "what is deleted here stays there")
}

func TestRepliesStayInChatUnlessNotesAreEnabled(t *testing.T) {
	t.Parallel()
	h, id := takesReplies(t)
	h.alice.Says("Only among us", h.card(h.backroom))
	h.alice.Says("Not in any thread", h.town)
	h.alice.Says("Elsewhere", h.bob.Says("A thread of bob's", h.town))
	h.passes()
	require.Empty(t, h.noted(id))
	h.alice.Types("/pduty list", h.town)
	requireTells(t, lastNote(h.alice), "replies in the thread become notes")
	h.alice.Types("/pduty configure", h.town)
	h.alice.Submits(map[string]any{"notes": false})
	h.alice.Says("Not any more", h.card(h.town))
	h.passes()
	require.Empty(t, h.noted(id))
}

// A user without an account in PagerDuty is told once for each card, and can keep replying.
func TestAnAuthorWithoutAnAccountIsAskedOnceToSignIn(t *testing.T) {
	t.Parallel()
	h, id := takesReplies(t)
	card := h.card(h.town)
	h.carol.Says("I cleaned /var/log", card)
	requireTells(t, lastNote(h.carol), "Replies to this card become notes in PagerDuty", "sign in")
	require.Empty(t, h.noted(id))
	asked, link := len(h.carol.Notes()), invited(h.carol)
	h.carol.Says("And /tmp", card)
	h.passes()
	require.Len(t, h.carol.Notes(), asked, "once")

	require.Equal(t, http.StatusOK, h.signsIn(h.carol).Status)
	h.passes()
	require.Equal(t, []string{"I cleaned /var/log"}, h.noted(id), "what led there is added")
	require.Equal(t, "Carol Reyes", h.current(id).Notes[0].By)
	h.carol.Get(link)
	h.carol.Says("It grows again", card)
	h.passes()
	require.Equal(t, []string{"I cleaned /var/log", "It grows again"}, h.noted(id))
	require.Equal(t, 1, strings.Count(strings.Join(thread(card, h.town), "\n"), "I cleaned"))

	h.triggers("Web shop", "Slow")
	h.dave.Says("Is it slow?", cards(h.town)[1])
	requireTells(t, lastNote(h.dave), "sign in")
}

func TestAnObserverIsToldOnceThatTheirReplyIsNoNote(t *testing.T) {
	t.Parallel()
	h, id := takesReplies(t)
	card := h.card(h.town)
	h.eve.Says("Somebody should look", card)
	h.signsIn(h.eve)
	h.passes()
	asked := len(h.eve.Notes())
	h.eve.Says("Anybody?", card)
	h.eve.Says("Hello?", card)
	h.passes()
	require.Empty(t, h.noted(id))
	require.LessOrEqual(t, len(h.eve.Notes()), asked+1)
}

// Two programs that answer each other would never stop.
func TestPostsOfProgramsDoNotBecomeNotes(t *testing.T) {
	t.Parallel()
	h, id := takesReplies(t)
	card := h.card(h.town)
	for _, prop := range []string{model.PostPropsFromBot, model.PostPropsFromWebhook, model.PostPropsFromPlugin, model.PostPropsFromOAuthApp} {
		post := &model.Post{Id: model.NewId(), UserId: h.alice.ID, ChannelId: h.town.ID, RootId: card.Id, Message: "By a program"}
		post.AddProp(prop, "true")
		h.plugin.MessageHasBeenPosted(nil, post)
	}
	for _, change := range []func(*model.Post){
		func(p *model.Post) { p.Type = model.PostTypeAddToChannel },
		func(p *model.Post) { p.UserId = h.botID() },
		func(p *model.Post) { p.RemoteId = model.NewPointer("another-server") },
		func(p *model.Post) { p.Message = " \n " },
	} {
		post := &model.Post{Id: model.NewId(), UserId: h.alice.ID, ChannelId: h.town.ID, RootId: card.Id, Message: "Not said by a person"}
		change(post)
		h.plugin.MessageHasBeenPosted(nil, post)
	}
	h.passes()
	require.Empty(t, h.noted(id))
	heard := h.alice.Says("Heard twice", card)
	h.plugin.MessageHasBeenPosted(nil, heard.Post)
	h.passes()
	require.Equal(t, []string{"Heard twice"}, h.noted(id), "a reply is added once")
}

// The author is told each time that PagerDuty rejects a reply, since they expect it to be noted.
func TestTheAuthorIsToldWhenPagerDutyRejectsTheirReply(t *testing.T) {
	t.Parallel()
	h, id := takesReplies(t)
	card := h.card(h.town)
	trouble := kit.Fault{Match: kit.Match{Method: http.MethodPost, Path: "/incidents/" + id + "/notes"}, Action: kit.Action{Status: http.StatusBadGateway}, Times: -1}
	require.NoError(t, h.pager.AddFault(trouble))
	h.alice.Says("Lost words", card)
	requireTells(t, lastNote(h.alice), "Your reply wasn't added as a note in PagerDuty")
	h.pager.ClearFaults()
	h.alice.Says("Lost words", card)
	h.passes()
	require.Equal(t, []string{"Lost words"}, h.noted(id))
	require.Equal(t, 2, strings.Count(strings.Join(thread(card, h.town), "\n"), "Lost words"), "both are the writer's own")
}
