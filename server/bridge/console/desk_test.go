package console_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

func TestASearchOffersWhatFitsAndShowsItToTheOneWhoAsked(t *testing.T) {
	t.Parallel()
	w, desk := newDeskWorld(t)
	require.Contains(t, w.says("ada", "town", "search roof"), "roof", "it says what nothing was found for")
	w.says("ada", "town", "search do")
	require.Equal(t, []string{"Door sticks (open)", "Window leaks (open)", "Cancel"}, w.buttons())
	require.NoError(t, w.press("ada", "Door sticks (open)"))
	require.Contains(t, w.people.latest().text, "Door sticks")
	require.Equal(t, []string{"Approve", "Send", "Cancel"}, w.buttons())
	require.Empty(t, w.surface.cards, "a preview is for one person")
	require.Equal(t, []string{"roof", "do"}, desk.asked)
}

func TestASubjectThatIsSentIsACardOnce(t *testing.T) {
	t.Parallel()
	w, _ := newDeskWorld(t)
	for range 2 {
		w.says("ada", "town", "search door")
		require.NoError(t, w.press("ada", "Door sticks (open)"))
		require.NoError(t, w.press("ada", "Send"))
	}
	require.Contains(t, w.people.latest().text, "https://chat.example/pl/posted", "the second time it leads to the card")
	require.Equal(t, "Door sticks", w.surface.cards["posted"].Title)
	require.Equal(t, place("town"), w.surface.places["posted"])
}

func TestWhoIsNotSignedInGetsALinkAndNobodySearchesForThem(t *testing.T) {
	t.Parallel()
	w, desk := newDeskWorld(t)
	w.sessions.tokens["bob"] = ""
	for _, line := range []string{"search door", "trigger Roof", "note door"} {
		require.Contains(t, w.says("bob", "town", line), "https://chat.example/sign-in?for=bob", line)
	}
	require.Empty(t, desk.asked)
	require.Empty(t, desk.made)
}

// What can be done out of chat is only for those who may post where they do it.
func TestOnlyWhoMayPostInAChannelWorksThere(t *testing.T) {
	t.Parallel()
	w, desk := newDeskWorld(t)
	for _, line := range []string{"search door", "trigger Roof", "note door"} {
		_, err := w.types("ada", "garden", line)
		require.Equal(t, fault.NoPost, fault.CodeOf(err), line)
	}
	_, err := w.Page(context.Background(), actor("ada"), "desk", place("garden"))
	require.Equal(t, fault.NoPost, fault.CodeOf(err))
	require.Empty(t, desk.asked)
}

func TestATicketIsCreatedOnceHoweverOftenItsFormIsSent(t *testing.T) {
	t.Parallel()
	w, desk := newDeskWorld(t)
	w.says("ada", "town", "trigger Roof leaks")
	require.Equal(t, "Roof leaks", w.surface.forms[0].Fields[0].Default)
	wrong, err := w.submit("ada", map[string]string{"title": ""})
	require.NoError(t, err)
	require.Equal(t, "A title is needed.", wrong["title"])
	require.Empty(t, desk.made)
	for range 2 {
		_, err = w.submit("ada", nil)
		require.NoError(t, err)
	}
	require.Len(t, desk.made, 1)
	require.Len(t, desk.tickets, 3)
	require.Contains(t, w.people.latest().text, "Roof leaks")
	require.Equal(t, "ada", w.people.latest().user)
	require.Equal(t, []string{"Approve"}, w.buttons())
	require.Empty(t, w.people.announced, "nobody else hears of it")
}

func TestAMessageBecomesTheDetailsOfATicketForWhoMayReadIt(t *testing.T) {
	t.Parallel()
	w, _ := newDeskWorld(t)
	w.people.messages = map[string]string{"ada https://chat.example/pl/secret": "The roof leaks since Monday"}
	for user, details := range map[string]string{"ada": "The roof leaks since Monday", "bob": ""} {
		w.says(user, "town", "trigger https://chat.example/pl/secret")
		form := w.surface.forms[len(w.surface.forms)-1]
		require.Equal(t, details, form.Fields[1].Default, user)
	}
}

func TestANoteIsAddedInOnesOwnNameAndSharedOnce(t *testing.T) {
	t.Parallel()
	w, desk := newDeskWorld(t)
	w.people.messages = map[string]string{"ada https://chat.example/pl/1": "It is the hinge"}
	w.says("ada", "town", "note https://chat.example/pl/1")
	require.Equal(t, []string{"Door sticks (open)", "Window leaks (open)", "Cancel"}, w.buttons())
	require.NoError(t, w.press("ada", "Door sticks (open)"))
	require.Equal(t, "It is the hinge", w.surface.forms[0].Fields[0].Default)
	wrong, err := w.submit("ada", map[string]string{"text": ""})
	require.NoError(t, err)
	require.NotEmpty(t, wrong["text"])
	_, err = w.submit("ada", nil)
	require.NoError(t, err)
	require.Equal(t, []string{"ada on Door sticks: It is the hinge"}, desk.notes)
	require.Empty(t, w.people.announced, "nobody else hears of it")

	note := w.people.latest()
	for range 2 {
		w.people.ephemerals = append(w.people.ephemerals, note)
		require.NoError(t, w.press("ada", "Post to chat"))
	}
	require.Equal(t, []string{"town: ada noted: It is the hinge"}, w.people.announced, "once, however often it is pressed")
}

func TestNobodySharesWhereTheyCanNoLongerPost(t *testing.T) {
	t.Parallel()
	w, _ := newDeskWorld(t)
	w.says("ada", "town", "note door")
	require.NoError(t, w.press("ada", "Door sticks (open)"))
	_, err := w.submit("ada", map[string]string{"text": "The hinge"})
	require.NoError(t, err)
	w.people.members["town"] = []string{"bob"}
	require.Equal(t, fault.NoPost, fault.CodeOf(w.press("ada", "Post to chat")))
	require.Empty(t, w.people.announced)
}

// A private card stays with its person after they left the channel that it was shown in.
func TestNobodyActsOnAPrivateCardWhereTheyCanNoLongerPost(t *testing.T) {
	t.Parallel()
	w, desk := newDeskWorld(t)
	w.says("ada", "town", "search door")
	require.NoError(t, w.press("ada", "Door sticks (open)"))
	card := w.people.latest()
	w.people.members["town"] = []string{"bob"}
	require.Equal(t, fault.Forbidden, fault.CodeOf(w.press("ada", "Approve")))
	require.Empty(t, desk.calls)

	w.people.members["town"] = []string{"ada", "bob"}
	require.Equal(t, fault.ButtonNotYours, fault.CodeOf(w.press("bob", "Approve")), "nor does anybody else")
	require.Empty(t, desk.calls)
	w.people.ephemerals = append(w.people.ephemerals, card)
	require.NoError(t, w.press("ada", "Approve"))
	require.Len(t, desk.calls, 1)
}

// A button or form is for the moment: what it was about may be another's a day later.
func TestAButtonAndAFormWorkForADay(t *testing.T) {
	t.Parallel()
	for name, story := range map[string]struct {
		waits time.Duration
		code  fault.Code
	}{
		"almost a day": {24*time.Hour - time.Second, ""},
		"a day":        {24 * time.Hour, fault.ButtonExpired},
		"a week":       {7 * 24 * time.Hour, fault.ButtonExpired},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, desk := newDeskWorld(t)
			w.says("ada", "town", "trigger Roof leaks")
			w.says("ada", "town", "search door")
			w.now = w.now.Add(story.waits)
			require.Equal(t, story.code, fault.CodeOf(w.press("ada", "Door sticks (open)")), "the button")
			_, err := w.submit("ada", nil)
			require.Equal(t, story.code, fault.CodeOf(err), "the form")
			require.Equal(t, story.code == "", len(desk.made) == 1)
			form := w.surface.forms[0]
			_, err = w.Options(context.Background(), chat.FormAnswer{Actor: actor("ada"), Kind: form.Kind, State: form.State}, "service", "x")
			require.Equal(t, story.code, fault.CodeOf(err), "the choices of the form's fields")
		})
	}
}

func TestNobodySendsTheFormOfAnother(t *testing.T) {
	t.Parallel()
	w, desk := newDeskWorld(t)
	w.says("ada", "town", "trigger Roof leaks")
	_, err := w.submit("bob", nil)
	require.Equal(t, fault.ButtonNotYours, fault.CodeOf(err))
	require.Empty(t, desk.made)
}

// What a window of the webapp asks and shows stays in it.
func TestAWindowKeepsWhatItAsksAndShows(t *testing.T) {
	t.Parallel()
	w, desk := newDeskWorld(t)
	ctx, at := context.Background(), place("town")
	step, err := w.RunInWindow(ctx, actor("ada"), at, "desk", "search do")
	require.NoError(t, err)
	require.Len(t, step.Form.Fields[0].Options, 2)

	found, err := w.Options(ctx, chat.FormAnswer{Actor: actor("ada"), Kind: step.Form.Kind, State: step.Form.State}, subjectField, "  win \n")
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, "win", desk.asked[len(desk.asked)-1])
	_, err = w.Options(ctx, chat.FormAnswer{Actor: actor("ada"), Kind: step.Form.Kind, State: step.Form.State}, "other", "win")
	require.Equal(t, fault.InvalidInput, fault.CodeOf(err))

	_, wrong, err := w.SubmitInWindow(ctx, chat.FormAnswer{Actor: actor("ada"), Kind: step.Form.Kind, State: step.Form.State})
	require.NoError(t, err)
	require.Contains(t, wrong, subjectField, "something has to be chosen")
	step, _, err = w.SubmitInWindow(ctx, chat.FormAnswer{
		Actor: actor("ada"), Kind: step.Form.Kind, State: step.Form.State, Values: map[string]string{subjectField: "Window leaks"},
	})
	require.NoError(t, err)
	require.Len(t, step.Notes, 1)
	for _, b := range step.Notes[0].Buttons {
		if w.text(b.Label) == "Send" {
			sealed, ours := conversation.Sealed(b)
			require.True(t, ours)
			step, err = w.PressInWindow(ctx, actor("ada"), at, sealed)
			require.NoError(t, err)
		}
	}
	require.Len(t, step.Notes, 1)
	require.Equal(t, "Window leaks", w.surface.cards["posted"].Title)
	require.Empty(t, w.people.ephemerals, "nothing is shown outside of the window")
	require.Empty(t, w.surface.forms)

	_, err = w.RunInWindow(ctx, actor("ada"), at, "unknown", "search")
	require.Equal(t, fault.ProviderOff, fault.CodeOf(err))
}

func TestAPageShowsWhatTheChannelFollowsAndButtonsToThoseWhoMayChangeIt(t *testing.T) {
	t.Parallel()
	w, _ := newDeskWorld(t)
	page, err := w.Page(context.Background(), actor("ada"), "forge", place("town"))
	require.NoError(t, err)
	require.Equal(t, "FORGE", page.Name)
	require.Equal(t, []string{"service", "notifications"}, []string{page.Tabs[0].ID, page.Tabs[1].ID})
	require.Equal(t, "acme/door", page.Tabs[0].Items[0].Title)
	require.NotEmpty(t, page.Tabs[0].Items[0].Buttons)
	require.NotEmpty(t, page.Tabs[0].Buttons)

	w.settings.Policy = bridge.SystemAdmins
	page, err = w.Page(context.Background(), actor("ada"), "forge", place("town"))
	require.NoError(t, err)
	for _, tab := range page.Tabs {
		require.Empty(t, tab.Buttons)
		for _, item := range tab.Items {
			require.Empty(t, item.Buttons, "who may change nothing only reads")
		}
		require.Contains(t, w.text(tab.Intro), "system admins")
	}
	delete(w.settings.Enabled, "forge")
	_, err = w.Page(context.Background(), actor("ada"), "forge", place("town"))
	require.Equal(t, fault.ProviderOff, fault.CodeOf(err))
}
