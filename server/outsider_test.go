package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	ci "mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// stronghold is a private channel with a connection that no one outside may read or change.
type stronghold struct {
	*bridgeWorld
	hook hook
	card *mmtest.Post
	// buttons and forms are what members were shown, as a client holds them; bobs are those of bob.
	buttons, bobsButtons []model.PostAction
	forms, bobsForms     []*mmtest.Dialog
	// before is all that must stay as it is.
	before map[string]string
}

// confidential are the words that no one outside may read.
var confidential = []string{"classified", "kremlin", "127.0.0.1", "robot"}

// newStronghold connects the backroom, with all there is to a connection, and collects what alice and bob were shown.
func newStronghold(t *testing.T) *stronghold {
	t.Helper()
	s := &stronghold{bridgeWorld: newBridgeWorld(t)}
	s.hook = s.connects(s.alice, "/jenkins connect kremlin", s.backroom)
	s.entersAccess(s.alice, "robot", s.secret("an-api-token"))
	s.configures(s.alice, s.backroom, map[string]any{"filter_job": "classified/**"})
	job := s.jenkins.Job("classified/web").Sends(notificationPlugin(s.hook))
	s.builds(job, ci.Failure, time.Minute)
	s.card = s.bridgeWorld.card(s.backroom)
	s.shows(s.alice)
	s.bobsButtons, s.bobsForms = s.shows(s.bob)
	require.GreaterOrEqual(t, len(s.bobsButtons), 8)
	s.jenkins.ClearJournal()
	s.before = s.all()
	return s
}

// shows has the member see all buttons and forms that there are, clicks only what asks, and returns them.
func (s *stronghold) shows(u *mmtest.User) (buttons []model.PostAction, forms []*mmtest.Dialog) {
	s.t.Helper()
	u.Types("/jenkins configure", s.backroom)
	forms = append(forms, u.Dialog())
	u.Clicks("Change API access")
	forms = append(forms, u.Dialog())
	u.Clicks("Remove API access")
	for _, line := range []string{"configure", "disconnect", "disconnect kremlin", "rotate", "status", "list"} {
		u.Types("/jenkins "+line, s.backroom)
	}
	for _, note := range u.Notes() {
		for _, a := range note.Attachments() {
			for _, action := range a.Actions {
				buttons = append(buttons, *action)
			}
		}
	}
	s.buttons, s.forms = append(s.buttons, buttons...), append(s.forms, forms...)
	return buttons, forms
}

// all is what the connection is: its records, the channel, and what Jenkins was asked.
func (s *stronghold) all() map[string]string {
	found := map[string]string{}
	for key, value := range s.memory.Connections.Dump() {
		if strings.Contains(value, s.backroom.ID) {
			found[key] = value
		}
	}
	for _, p := range s.backroom.Posts() {
		found["post "+p.Id] = p.Text()
	}
	for _, entry := range s.jenkins.Journal(kit.Filter{}) {
		found["request "+entry.Path+"?"+entry.Query] += "!"
	}
	return found
}

// holds checks that no one changed anything, and that the person was shown nothing of it.
func (s *stronghold) holds(u *mmtest.User, what string, answers ...*mmtest.Response) {
	s.t.Helper()
	s.jenkins.Settle()
	s.settle()
	require.Equal(s.t, s.before, s.all(), what)
	shown := []string{}
	for _, p := range append(u.Notes(), u.DirectMessages(s.botID())...) {
		shown = append(shown, p.Text(), strings.Join(p.Buttons(), " "))
	}
	if d := u.Dialog(); d != nil {
		encoded, err := json.Marshal(d.Dialog)
		require.NoError(s.t, err)
		shown = append(shown, string(encoded))
	}
	for _, answer := range answers {
		shown = append(shown, answer.Body)
	}
	for _, word := range confidential {
		require.NotContains(s.t, strings.Join(shown, "\n"), word, what)
	}
}

// outsiders are users outside the channel: another user, a system admin, and a former member.
func outsiders() map[string]func(s *stronghold) *mmtest.User {
	return map[string]func(s *stronghold) *mmtest.User{
		"another user": func(s *stronghold) *mmtest.User {
			mallory := s.mm.AddUser("mallory")
			s.town.Join(mallory)
			return mallory
		},
		"a system admin": func(s *stronghold) *mmtest.User {
			overseer := s.mm.AddUser("overseer", mmtest.Admin)
			s.town.Join(overseer)
			return overseer
		},
		"who has left": func(s *stronghold) *mmtest.User {
			dave := s.mm.AddUser("dave")
			s.town.Join(dave)
			s.backroom.Join(dave)
			dave.Types("/zoom settings", s.backroom)
			s.backroom.Leave(dave)
			return dave
		},
	}
}

// eachOutsider runs the story with each of them.
func eachOutsider(t *testing.T, story func(s *stronghold, u *mmtest.User)) {
	t.Helper()
	for name, outsider := range outsiders() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStronghold(t)
			story(s, outsider(s))
		})
	}
}

func TestOutsidersCannotReachAConnectionByCommand(t *testing.T) {
	t.Parallel()
	eachOutsider(t, func(s *stronghold, u *mmtest.User) {
		mark, ok := s.card.Prop("bridge").(map[string]any)
		require.True(s.t, ok)
		for _, word := range []string{"connect", "disconnect", "disconnect all", "configure", "list", "test", "status", "rotate"} {
			u.Types("/jenkins "+word, s.backroom) // which a server would not even pass on
			requireSays(s.t, lastNote(u), "can't post in this channel")
			require.Nil(s.t, u.Dialog(), word)
			s.holds(u, word+" in the channel")
			if word == "connect" {
				continue
			}
			for _, name := range []string{"", " KREML", " " + mark["connection"].(string), " " + s.card.Id} {
				u.Types("/jenkins "+word+name, s.town)
				s.holds(u, word+name+" elsewhere")
				u.Says("jenkins "+word+name, u.DirectWith(s.botID()))
				s.holds(u, word+name+" in a direct message")
			}
		}
	})
}

func TestTheNameOfAConnectionGrantsNoAccess(t *testing.T) {
	t.Parallel()
	eachOutsider(t, func(s *stronghold, u *mmtest.User) {
		own := s.connects(u, "/jenkins connect Kremlin", s.town)
		require.NotEqual(s.t, s.hook.address, own.address, "it is another of the same name")
		require.NotEqual(s.t, s.hook.token, own.token)
		s.zoom.Advance(time.Minute)
		s.builds(s.jenkins.Job("classified/web"), ci.Success, time.Minute)
		require.Len(s.t, cards(s.backroom), 2)
		require.Empty(s.t, cards(s.town), "nothing of it comes here")
		u.Types("/jenkins list", s.town)
		require.NotContains(s.t, lastNote(u), "Also in")
		require.NotContains(s.t, lastNote(u), "classified")
	})
}

func TestButtonsAndFormsOfOthersDoNotWork(t *testing.T) {
	t.Parallel()
	eachOutsider(t, func(s *stronghold, u *mmtest.User) {
		for _, place := range []string{s.backroom.ID, s.town.ID} {
			for _, button := range s.buttons {
				answer := u.Post("/action", model.PostActionIntegrationRequest{
					UserId: s.alice.ID, ChannelId: place, PostId: s.card.Id, TriggerId: "t", Context: button.Integration.Context,
				})
				requireSays(s.t, answer.Told, "made for another user")
				s.holds(u, button.Name, answer)
			}
			for _, form := range s.forms {
				answer := u.Post("/form", s.filledIn(form, place))
				requireSays(s.t, answer.Body, "made for another user")
				s.holds(u, form.Title, answer)
			}
		}
		made := s.filledIn(s.forms[0], s.backroom.ID)
		for _, state := range []string{"", "{}", `{"user":"` + u.ID + `","kind":"configure_form"}`, made.State[:len(made.State)-4], made.State + "AAAA"} {
			made.State = state
			s.holds(u, "a form made up", u.Post("/form", made))
		}
	})
}

// filledIn is the answer to the form with what would be a change, as any client can send it.
func (s *stronghold) filledIn(form *mmtest.Dialog, place string) model.SubmitDialogRequest {
	values := map[string]any{"events": []string{"success"}, "style": "each", "mention": "nobody", "url": s.jenkins.BaseURL(), "user": "robot", "token": "an-api-token", "jobs": "classified/**"}
	return model.SubmitDialogRequest{UserId: s.alice.ID, ChannelId: place, CallbackId: form.CallbackId, State: form.State, Submission: values}
}

// TestButtonsStopWorkingForMembersWhoLeave has bob click and submit what he was shown while he was a member.
func TestButtonsStopWorkingForMembersWhoLeave(t *testing.T) {
	t.Parallel()
	for name, leaves := range map[string]func(s *stronghold){
		"left":        func(s *stronghold) { s.backroom.Leave(s.bob) },
		"silenced":    func(s *stronghold) { s.backroom.Silence(s.bob) },
		"deactivated": func(s *stronghold) { s.bob.Becomes(mmtest.Deactivated) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStronghold(t)
			leaves(s)
			pressed := 0
			for _, button := range s.bobsButtons {
				if button.Name == "Cancel" {
					continue
				}
				answer := s.bob.Post("/action", model.PostActionIntegrationRequest{
					ChannelId: s.backroom.ID, PostId: "note", TriggerId: "t", Context: button.Integration.Context,
				})
				requireSays(t, answer.Told, "can't post in this channel")
				pressed++
			}
			require.GreaterOrEqual(t, pressed, 5)
			for _, form := range s.bobsForms {
				requireSays(t, s.bob.Post("/form", s.filledIn(form, s.backroom.ID)).Body, "can't post in this channel")
			}
			s.jenkins.Settle()
			require.Equal(t, s.before, s.all())
		})
	}
}

func TestCardsAcceptClicksOnlyFromUsersWhoCanPost(t *testing.T) {
	t.Parallel()
	eachOutsider(t, func(s *stronghold, u *mmtest.User) {
		require.Contains(s.t, s.card.Buttons(), "Rebuild")
		for _, action := range []string{"rebuild", "abort", "log", "zoom"} {
			for _, place := range []string{s.backroom.ID, s.town.ID, ""} {
				answer := u.Post("/action", model.PostActionIntegrationRequest{
					UserId: s.alice.ID, ChannelId: place, PostId: s.card.Id, Context: map[string]any{"card": true, "action": action},
				})
				requireSays(s.t, answer.Told, "You don't have permission to do this here")
				s.holds(u, action, answer)
			}
		}
	})
}

func TestForgedCardsDoNothing(t *testing.T) {
	t.Parallel()
	eachOutsider(t, func(s *stronghold, u *mmtest.User) {
		props := maps.Clone(map[string]any(s.card.GetProps()))
		copied := u.Says("Look at this build", s.town)
		copied.Forge(props)
		reply := u.Says("And at this", copied)
		reply.Forge(map[string]any{"bridge": props["bridge"]})
		own := s.connects(u, "/jenkins connect mine", s.town)
		s.zoom.Advance(time.Minute)
		s.builds(s.jenkins.Job("mine").Sends(notificationPlugin(own)), ci.Failure, time.Minute)
		s.jenkins.ClearJournal()
		for _, post := range []*mmtest.Post{copied, reply, {Post: &model.Post{Id: "nosuchpost00000000000000000", ChannelId: s.town.ID}}} {
			for _, who := range []*mmtest.User{u, s.alice} {
				for _, action := range []string{"rebuild", "log", "zoom"} {
					answer := s.clicksCard(who, post, action)
					requireSays(s.t, answer.Told, "too old to act on")
				}
			}
		}
		s.holds(u, "a copy of a card")
		require.Empty(s.t, meetings(s.town))
	})
}

// TestMembersOfTheChannelStillCan shows that others are refused for lack of rights.
func TestMembersOfTheChannelStillCan(t *testing.T) {
	t.Parallel()
	s := newStronghold(t)
	s.alice.Clicks("Log")
	requireSays(t, s.backroom.LastPost().Message, "alice requested the end of the log")
	require.Equal(t, http.StatusOK, s.alice.Post("/form", s.filledIn(s.forms[0], s.town.ID)).Status)
	requireSays(t, s.backroom.LastPost().Message, "@alice changed", "how notifications appear")
	s.bob.Clicks("Create new secret")
	require.NotEqual(t, s.hook.token, s.handedTo(s.bob).token)
	s.alice.Clicks("Disconnect")
	requireSays(t, s.backroom.LastPost().Message, "@alice ended this channel's connection")
}
