package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/server/mattermost/mmtest"
)

// fortress is a private channel that follows a provider at which people have accounts of their own.
type fortress struct {
	*bridgeWorld
	word string
	// lines are what people type; looks are those that show what there is, with buttons.
	lines, looks []string
	// actions are those of its card.
	actions []string
	card    *mmtest.Post
	// buttons and forms are what alice and bob were shown; bobs are those of bob.
	buttons, bobs    []model.PostAction
	forms, bobsForms []*mmtest.Dialog
	// words are what no one outside may read.
	words  []string
	settle func()
	// asked counts what was changed at the provider.
	asked  func() int
	before map[string]string
}

// fortresses are one of each provider.
func fortresses() map[string]func(t *testing.T) *fortress {
	return map[string]func(t *testing.T) *fortress{"PagerDuty": pagerFortress, "Sentry": sentryFortress}
}

func pagerFortress(t *testing.T) *fortress {
	t.Helper()
	h := newPager(t)
	for _, u := range []*mmtest.User{h.carol, h.dave, h.eve} {
		h.backroom.Leave(u)
	}
	h.follows(h.alice, "", h.backroom)
	h.signed(h.bob)
	h.triggers("Database", "classified outage")
	h.alice.Types("/pduty oncall", h.backroom)
	h.alice.Submits(map[string]any{"name": "Wake the kremlin", "schedule": "Primary", "time": "09:00", "zone": "Europe/Berlin"})
	require.Nil(t, h.alice.Dialog())
	f := &fortress{
		bridgeWorld: h.bridgeWorld, word: "pduty", card: h.card(h.backroom), settle: h.passes,
		lines:   []string{"connect", "disconnect", "disconnect all", "configure", "list", "test", "status", "rotate", "oncall", "trigger", "search classified", "note"},
		looks:   []string{"configure", "disconnect", "rotate", "status", "list", "oncall", "search classified", "test"},
		actions: []string{"acknowledge", "resolve", "note", "more", "zoom"},
		words:   []string{"classified", "kremlin"},
		asked: func() int {
			count := 0
			for _, e := range h.pager.Journal(kit.Filter{}) {
				if e.Method != http.MethodGet && !strings.Contains(e.Path, "oauth") {
					count++
				}
			}
			return count
		},
	}
	f.shows()
	return f
}

func sentryFortress(t *testing.T) *fortress {
	t.Helper()
	h := newSentry(t)
	h.connects(h.alice, "acme web", h.backroom)
	h.connects(h.bob, "acme ops", h.backroom)
	h.fails(h.web, "ValueError", "classified failure")
	f := &fortress{
		bridgeWorld: h.bridgeWorld, word: "sentry", card: h.card(h.backroom), settle: h.passes,
		lines:   []string{"connect acme web", "disconnect", "disconnect all", "configure", "list", "test", "status", "rotate"},
		looks:   []string{"configure", "configure Web Shop", "disconnect", "rotate", "status", "list", "test", "disconnect acme web"},
		actions: []string{"resolve", "resolvenext", "archive", "assign", "comment", "priority", "zoom"},
		words:   []string{"classified", "Operations"},
		asked: func() int {
			count := 0
			for _, e := range h.sentry.Journal(kit.Filter{}) {
				if e.Method != http.MethodGet && !strings.Contains(e.Path, "oauth") {
					count++
				}
			}
			return count
		},
	}
	f.shows()
	return f
}

// shows has alice and bob see all buttons and forms that there are, and takes down how all stands then.
func (f *fortress) shows() {
	f.t.Helper()
	for _, u := range []*mmtest.User{f.alice, f.bob} {
		for _, line := range f.looks {
			u.Types("/"+f.word+" "+line, f.backroom)
			if d := u.Dialog(); d != nil {
				f.forms = append(f.forms, d)
				if u == f.bob {
					f.bobsForms = append(f.bobsForms, d)
				}
				u.Cancels()
			}
		}
		for _, note := range u.Notes() {
			for _, a := range note.Attachments() {
				for _, action := range a.Actions {
					f.buttons = append(f.buttons, *action)
					if u == f.bob {
						f.bobs = append(f.bobs, *action)
					}
				}
			}
		}
	}
	f.settle()
	require.GreaterOrEqual(f.t, len(f.bobs), 6)
	require.NotEmpty(f.t, f.forms)
	f.before = f.all()
}

// all is what the channel has: what is recorded of it, its posts, and how often anything was changed at the provider.
func (f *fortress) all() map[string]string {
	found := map[string]string{"asked": strings.Repeat("!", f.asked())}
	for key, value := range f.mm.KV.Dump() {
		if strings.Contains(string(value), f.backroom.ID) {
			found[key] = string(value)
		}
	}
	for _, p := range f.backroom.Posts() {
		found["post "+p.Id] = p.Text()
	}
	return found
}

// holds checks that no one changed anything, and that the person was shown nothing of it.
func (f *fortress) holds(u *mmtest.User, what string, answers ...*mmtest.Response) {
	f.t.Helper()
	f.settle()
	require.Equal(f.t, f.before, f.all(), what)
	shown := []string{}
	for _, p := range append(u.Notes(), u.DirectMessages(f.botID())...) {
		shown = append(shown, p.Text(), strings.Join(p.Buttons(), " "))
	}
	if d := u.Dialog(); d != nil {
		encoded, err := json.Marshal(d.Dialog)
		require.NoError(f.t, err)
		shown = append(shown, string(encoded))
		u.Cancels()
	}
	for _, answer := range answers {
		shown = append(shown, answer.Body)
	}
	for _, word := range f.words {
		require.NotContains(f.t, strings.Join(shown, "\n"), word, what)
	}
}

// strangers are users outside the channel.
func (f *fortress) strangers() []*mmtest.User {
	mallory, overseer, leaver := f.mm.AddUser("mallory"), f.mm.AddUser("overseer", mmtest.Admin), f.mm.AddUser("leaver")
	for _, u := range []*mmtest.User{mallory, overseer, leaver} {
		f.town.Join(u)
	}
	f.backroom.Join(leaver)
	leaver.Types("/"+f.word+" help", f.backroom)
	f.backroom.Leave(leaver)
	return []*mmtest.User{mallory, overseer, leaver}
}

// eachFortress runs the story with each provider.
func eachFortress(t *testing.T, story func(t *testing.T, f *fortress)) {
	t.Helper()
	for name, build := range fortresses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story(t, build(t))
		})
	}
}

func TestOutsidersCannotReachAProvidersChannelByCommand(t *testing.T) {
	t.Parallel()
	eachFortress(t, func(t *testing.T, f *fortress) {
		mark, ok := f.card.Prop("bridge").(map[string]any)
		require.True(t, ok)
		for _, u := range f.strangers() {
			for _, line := range f.lines {
				u.Types("/"+f.word+" "+line, f.backroom)
				require.Nil(t, u.Dialog(), "%s: %s", u.Username, line)
			}
			f.holds(u, u.Username+" in the channel")
			for _, line := range append([]string{"configure all", "configure " + mark["connection"].(string), "status " + f.card.Id}, f.lines...) {
				if strings.HasPrefix(line, "connect") {
					continue // which would be a connection of their own
				}
				u.Types("/"+f.word+" "+line, f.town)
				u.Says(f.word+" "+line, u.DirectWith(f.botID()))
			}
			f.holds(u, u.Username+" elsewhere")
		}
	})
}

func TestProviderButtonsOfOthersDoNotWork(t *testing.T) {
	t.Parallel()
	eachFortress(t, func(t *testing.T, f *fortress) {
		tries := f.strangers()
		carol := f.mm.AddUser("caroline") // who is in the channel, and may do much, but not click what others were shown
		f.backroom.Join(carol)
		f.before = f.all()
		for _, u := range append(tries, carol) {
			for _, place := range []string{f.backroom.ID, f.town.ID} {
				for _, button := range f.buttons {
					answer := u.Post("/action", model.PostActionIntegrationRequest{
						UserId: f.alice.ID, ChannelId: place, PostId: f.card.Id, TriggerId: "t", Context: button.Integration.Context,
					})
					requireSays(t, answer.Told, "made for another user")
				}
				for _, form := range f.forms {
					answer := u.Post("/form", model.SubmitDialogRequest{
						UserId: f.alice.ID, ChannelId: place, CallbackId: form.CallbackId, State: form.State, Submission: map[string]any{"style": "each", "mention": "nobody"},
					})
					requireSays(t, answer.Body, "made for another user")
				}
			}
			f.holds(u, u.Username)
		}
	})
}

// TestProviderButtonsStopWorkingForMembersWhoLeave has bob click and submit what he was shown while he could post there.
func TestProviderButtonsStopWorkingForMembersWhoLeave(t *testing.T) {
	t.Parallel()
	for name, leaves := range map[string]func(f *fortress){
		"left":        func(f *fortress) { f.backroom.Leave(f.bob) },
		"silenced":    func(f *fortress) { f.backroom.Silence(f.bob) },
		"deactivated": func(f *fortress) { f.bob.Becomes(mmtest.Deactivated) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachFortress(t, func(t *testing.T, f *fortress) {
				leaves(f)
				for _, button := range f.bobs {
					f.bob.Post("/action", model.PostActionIntegrationRequest{
						ChannelId: f.backroom.ID, PostId: "note", TriggerId: "t", Context: button.Integration.Context,
					})
				}
				for _, form := range f.bobsForms {
					f.bob.Post("/form", model.SubmitDialogRequest{
						ChannelId: f.backroom.ID, CallbackId: form.CallbackId, State: form.State, Submission: map[string]any{"style": "each", "mention": "nobody"},
					})
				}
				for _, action := range f.actions {
					requireSays(t, f.clicksCard(f.bob, f.card, action).Told, "You don't have permission to do this here")
				}
				f.settle()
				require.Equal(t, f.before, f.all())
			})
		})
	}
}

func TestProviderCardsAcceptClicksOnlyFromUsersWhoCanPost(t *testing.T) {
	t.Parallel()
	eachFortress(t, func(t *testing.T, f *fortress) {
		for _, u := range f.strangers() {
			for _, action := range f.actions {
				for _, place := range []string{f.backroom.ID, f.town.ID, ""} {
					answer := u.Post("/action", model.PostActionIntegrationRequest{
						UserId: f.alice.ID, ChannelId: place, PostId: f.card.Id, TriggerId: "t", Context: map[string]any{"card": true, "action": action},
					})
					requireSays(t, answer.Told, "You don't have permission to do this here")
				}
			}
			f.holds(u, u.Username)
		}
		for _, action := range f.actions { // alice's own click, as if the card were elsewhere
			answer := f.alice.Post("/action", model.PostActionIntegrationRequest{
				ChannelId: f.town.ID, PostId: f.card.Id, TriggerId: "t", Context: map[string]any{"card": true, "action": action},
			})
			requireSays(t, answer.Told, "too old to act on")
		}
		f.settle()
		require.Equal(t, f.before, f.all())
	})
}

func TestForgedProviderCardsDoNothing(t *testing.T) {
	t.Parallel()
	eachFortress(t, func(t *testing.T, f *fortress) {
		props := maps.Clone(map[string]any(f.card.GetProps()))
		for _, u := range append(f.strangers(), f.alice) {
			copied := u.Says("Look at this", f.town)
			copied.Forge(props)
			reply := u.Says("And at this", copied)
			reply.Forge(map[string]any{"bridge": props["bridge"]})
			for _, post := range []*mmtest.Post{copied, reply} {
				for _, who := range []*mmtest.User{u, f.alice} {
					for _, action := range f.actions {
						requireSays(t, f.clicksCard(who, post, action).Told, "too old to act on")
					}
				}
			}
			u.Says("A reply to a copy", copied)
		}
		f.settle()
		require.Equal(t, f.before, f.all())
		require.Empty(t, meetings(f.town))
	})
}
