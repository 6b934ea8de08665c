package console_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/bridge/action"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	forgeCard   = "c-forge-card"
	builderCard = "c-builder-card"
)

func TestAClickActsAsWhoClickedAndAllSeeWhatCameOfIt(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.click("ada", forgeCard, "approve"))
	require.Len(t, w.forge.calls, 1)
	call := w.forge.calls[0]
	require.Equal(t, "ada-token", call.Account.Name)
	require.Equal(t, "ada", call.By)
	require.JSONEq(t, `{"Title":"Fix the door","Status":"open"}`, string(call.State))
	require.Equal(t, "approve done", w.people.latest().text)
	require.Equal(t, place("town"), w.people.latest().at, "answered where the click was")
	require.Equal(t, []string{forgeCard + ": ada did approve"}, w.surface.replies)
	require.Equal(t, "approve", w.text(w.surface.cards[forgeCard].State), "the card does not wait for the tool's own word")
}

func TestWhoMayLessAtTheToolIsToldSo(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.sessions.tokens["bob"] = "reader"
	err := w.click("bob", forgeCard, "approve")
	require.True(t, fault.Is(err, fault.ProviderForbidden), "%v", err)
	require.Contains(t, strings.Join(w.logged, "\n"), `"user_id","bob"`)
	require.Empty(t, w.surface.replies)

	require.NoError(t, w.click("ada", forgeCard, "approve"), "others can all the same")
}

func TestWhoIsNotSignedInIsTakenThereAndTheClickIsCarriedOut(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.click("bob", forgeCard, "approve"))
	require.Empty(t, w.forge.calls)
	require.Contains(t, w.people.latest().text, "(https://chat.example/sign-in?for=bob)")
	require.Equal(t, place("town"), w.people.latest().at)

	w.sessions.tokens["bob"] = "bob-token"
	next := w.sessions.nexts[0]
	_, err := w.Resume(context.Background(), "eve", next)
	require.True(t, fault.Is(err, fault.LinkExpired), "another user's click is not carried out")
	said, err := w.Resume(context.Background(), "bob", next)
	require.NoError(t, err)
	require.Equal(t, "approve done", w.text(said))
	require.Equal(t, "bob-token", w.forge.calls[0].Account.Name)
}

func TestASignInThatNoLongerCountsIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.sessions.tokens["ada"] = "wrong by now"
	require.NoError(t, w.click("ada", forgeCard, "approve"))
	require.Contains(t, w.people.latest().text, "no longer accepts your sign-in")
}

func TestWhoLeftTheChannelBeforeSigningInActsNoMore(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.click("bob", forgeCard, "approve"))
	w.sessions.tokens["bob"] = "bob-token"
	w.people.members["town"] = []string{"ada"}
	_, err := w.Resume(context.Background(), "bob", w.sessions.nexts[0])
	require.True(t, fault.Is(err, fault.Forbidden), "%v", err)
	require.Empty(t, w.forge.calls)
}

func TestNobodyActsOnWhatTheyMayNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		user, post string
		at         chat.Place
		change     func(*actWorld)
		want       fault.Code
	}{
		"someone outside the channel": {user: "eve", post: forgeCard, want: fault.Forbidden},
		"a post that is none of ours": {user: "ada", post: "forged by eve", want: fault.CardUnknown},
		"a record that its subject knows nothing of": {user: "ada", post: "x", want: fault.CardUnknown, change: func(w *actWorld) {
			w.shows(chat.MessageRef{Place: place("town"), ID: "x"}, "forge", "c-forge")
		}},
		"a card of the channel next door": {user: "eve", post: "x", want: fault.CardUnknown, change: func(w *actWorld) {
			w.shows(chat.MessageRef{Place: place("garden"), ID: "x"}, "forge", "c-forge")
		}},
		"a thread of another post": {user: "ada", post: "x", want: fault.CardUnknown, change: func(w *actWorld) {
			w.shows(chat.MessageRef{Place: place("town").In("chatter"), ID: "x"}, "forge", "c-forge")
		}},
		"a click said to be elsewhere": {user: "ada", post: forgeCard, at: place("garden"), want: fault.CardUnknown},
		"an old card": {user: "ada", post: forgeCard, want: fault.CardUnknown, change: func(w *actWorld) {
			w.now = w.now.Add(bridge.SubjectKept + time.Hour)
		}},
		"a card of what was disconnected": {user: "ada", post: forgeCard, want: fault.ConnectionGone, change: func(w *actWorld) {
			c := w.connection("c-forge")
			c.Subscriptions = nil
			w.put(c)
		}},
		"a card whose connection was removed": {user: "ada", post: forgeCard, want: fault.ConnectionGone, change: func(w *actWorld) {
			w.remove("c-forge")
		}},
		"a card of a provider that is turned off": {user: "ada", post: forgeCard, want: fault.ProviderOff, change: func(w *actWorld) {
			w.settings.Enabled = map[string]string{"builder": "builder"}
		}},
		"a record that names another provider": {user: "ada", post: forgeCard, want: fault.CardUnknown, change: func(w *actWorld) {
			w.shows(chat.MessageRef{Place: place("town"), ID: forgeCard}, "builder", "c-forge")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newActWorld(t)
			w.sessions.tokens["eve"] = "eve-token"
			if c.change != nil {
				c.change(w)
			}
			err := w.Act(context.Background(), chat.Click{Actor: actor(c.user), Message: message(c.post), Action: "approve", Place: c.at})
			require.Equal(t, c.want, fault.CodeOf(err), "%v", err)
			require.Empty(t, w.forge.calls)
			require.Empty(t, w.people.ephemerals)
		})
	}
}

func TestAReplyUnderACardHasButtonsOfItsOwn(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.shows(chat.MessageRef{Place: place("town").In(forgeCard), ID: "reply"}, "forge", "c-forge")
	require.NoError(t, w.click("ada", "reply", "approve"))
	require.Len(t, w.forge.calls, 1)
	require.Equal(t, []string{forgeCard + ": ada did approve"}, w.surface.replies)
}

func TestACardInAThreadHasItsRepliesThere(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	subject, _, err := w.subjects.Subject(context.Background(), "c-forge", "pr/7")
	require.NoError(t, err)
	subject.Shown[0].Place.Thread = "root-of-series"
	w.record(subject)
	for _, post := range []string{forgeCard, "reply"} {
		w.shows(chat.MessageRef{Place: place("town").In("root-of-series"), ID: post}, "forge", "c-forge")
		require.NoError(t, w.click("ada", post, "approve"))
	}
	require.Equal(t, []string{"root-of-series: ada did approve", "root-of-series: ada did approve"}, w.surface.replies)
}

func TestADoubleClickIsOne(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.click("ada", forgeCard, "approve"))
	require.NoError(t, w.click("ada", forgeCard, "approve"))
	require.Len(t, w.forge.calls, 1)
	require.NoError(t, w.click("ada", forgeCard, "decline"))
	require.Len(t, w.forge.calls, 2, "another button is another wish")
	w.now = w.now.Add(action.ClickPause)
	require.NoError(t, w.click("ada", forgeCard, "approve"))
	require.Len(t, w.forge.calls, 3, "later it is meant")
}

func TestAClickThatComesTooLateShowsHowThingsAre(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	err := w.click("ada", forgeCard, "late")
	require.True(t, fault.Is(err, fault.TooLate), "%v", err)
	require.Equal(t, "merged", w.text(w.surface.cards[forgeCard].State))
}

func TestAnActionThatNeedsMoreAsksWithAForm(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.Act(context.Background(), chat.Click{
		Actor: actor("ada"), Message: message(forgeCard), Action: "merge", Talk: w.talk("ada", place("town")), Values: map[string]string{"rev": "3"},
	}))
	require.Len(t, w.surface.forms, 1)

	said, err := w.submit("ada", map[string]string{"how": "upside down"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"how": "There is no such way."}, said)

	_, err = w.submit("bob", map[string]string{"how": " squashed"})
	require.True(t, fault.Is(err, fault.ButtonNotYours), "a form works only for the user who was shown it")

	said, err = w.submit("ada", map[string]string{"how": " squashed"})
	require.NoError(t, err)
	require.Empty(t, said)
	last := w.forge.calls[len(w.forge.calls)-1]
	require.True(t, last.Submitted)
	require.Equal(t, "3", last.Values["rev"])
	require.Equal(t, []string{forgeCard + ": ada did merge squashed"}, w.surface.replies)
}

func TestAFormThatFollowsASignInIsOpenedWithAButton(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.click("bob", forgeCard, "merge"))
	w.sessions.tokens["bob"] = "bob-token"
	said, err := w.Resume(context.Background(), "bob", w.sessions.nexts[0])
	require.NoError(t, err)
	require.Contains(t, w.text(said), "the message next to the card")
	require.Empty(t, w.surface.forms)
	require.NoError(t, w.press("bob", "Merge"))
	require.Len(t, w.surface.forms, 1)
}

func TestAnAnswerThatIsTooLongForASignInIsAskedForAgain(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.click("ada", forgeCard, "merge"))
	delete(w.sessions.tokens, "ada")
	_, err := w.submit("ada", map[string]string{"how": " briefly"})
	require.NoError(t, err)
	_, err = w.submit("ada", map[string]string{"how": strings.Repeat("at length ", 300)})
	require.NoError(t, err)

	w.sessions.tokens["ada"] = "ada-token"
	for _, next := range w.sessions.nexts {
		require.LessOrEqual(t, len(next), 1500)
	}
	_, err = w.Resume(context.Background(), "ada", w.sessions.nexts[0])
	require.NoError(t, err)
	require.Equal(t, []string{forgeCard + ": ada did merge briefly"}, w.surface.replies)
	_, err = w.Resume(context.Background(), "ada", w.sessions.nexts[1])
	require.NoError(t, err)
	require.Len(t, w.surface.replies, 1)
	require.Equal(t, "One more step:", w.people.latest().text)
}

func TestAClickCarriesNoMoreThanFits(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	err := w.Act(context.Background(), chat.Click{Actor: actor("ada"), Message: message(forgeCard), Action: "approve", Values: map[string]string{"x": strings.Repeat("x", 1000)}})
	require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
}

func TestWhereNobodyCanSignInATokenOfOnesOwnDoes(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.sessions.sites[0].OAuth = false
	require.NoError(t, w.click("bob", forgeCard, "approve"))
	require.NoError(t, w.press("bob", "Enter access token"))
	form := w.surface.forms[0]
	require.Len(t, form.Fields, 2, "the address is known")

	said, err := w.submit("bob", map[string]string{"token": "wrong"})
	require.NoError(t, err)
	require.Contains(t, said["token"], "no longer accepts")
	said, err = w.submit("bob", nil)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"token": "Enter a token."}, said)

	said, err = w.submit("bob", map[string]string{"token": "bob-secret"})
	require.NoError(t, err)
	require.Empty(t, said)
	require.Equal(t, "bob-secret", w.forge.calls[0].Account.Name)
	require.Equal(t, "approve done", w.people.latest().text)
}

func TestACardOfAConnectionWithAPIAccessActsWithThat(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.settings.Policy = bridge.SystemAdmins
	require.NoError(t, w.click("ada", builderCard, "rebuild"))
	require.Contains(t, w.people.latest().text, "`/builder configure`")
	require.Empty(t, w.people.latest().note.Buttons, "ada may not enter it")
	w.now = w.now.Add(time.Minute)
	require.NoError(t, w.click("root", builderCard, "rebuild"))
	require.NoError(t, w.press("root", "Enter API access"))
	_, err := w.submit("root", map[string]string{"url": "https://ci.example", "user": "ci", "token": "t0p"})
	require.NoError(t, err)

	w.now = w.now.Add(time.Minute)
	require.NoError(t, w.click("ada", builderCard, "rebuild"))
	require.Len(t, w.tool.calls, 1)
	require.Empty(t, w.tool.calls[0].Account)
	require.Equal(t, "ada", w.tool.calls[0].By)
	require.Equal(t, "t0p to https://ci.example", w.sessions.shown[len(w.sessions.shown)-1])
}

func TestAPIAccessThatIsNoLongerAcceptedIsSaidAndCanBeMended(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	c := w.connection("c-builder")
	c.Site, c.HasCredential = "https://ci.example", true
	var err error
	c.Sealed, err = w.Keys.Seal(context.Background(), c.ID, bridge.Keys{
		Secrets: []bridge.Secret{{Value: "hook-secret"}}, Credential: &provider.Credential{Secret: "wrong by now"},
	})
	require.NoError(t, err)
	c.HasCredential, c.EnteredBy = true, "ada"
	w.put(c)
	require.NoError(t, w.click("bob", builderCard, "rebuild"))
	require.Contains(t, w.people.latest().text, "no longer accepts this connection's API access")
	require.NoError(t, w.press("bob", "Change API access"))
	require.Equal(t, "https://ci.example", w.surface.forms[0].Fields[0].Default)
}

func TestAMeetingAboutACardStartsInItsThread(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	require.NoError(t, w.click("bob", forgeCard, bridge.ActionMeeting))
	require.NoError(t, w.click("bob", forgeCard, bridge.ActionMeeting))
	require.Equal(t, []string{"bob in town/" + forgeCard + ": Fix the door"}, w.meetings)
	require.Equal(t, place("town"), w.answers[0], "asked in the channel, answered there")
	require.Error(t, w.click("eve", forgeCard, bridge.ActionMeeting))
	require.Len(t, w.meetings, 1)
}

func TestNoMeetingStartsWhereThereAreNone(t *testing.T) {
	t.Parallel()
	w := newActWorld(t)
	w.Actions.Meetings = nil
	require.Error(t, w.click("bob", forgeCard, bridge.ActionMeeting))
}
