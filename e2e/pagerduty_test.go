package e2e

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// pager is the simulated PagerDuty of these stories: this server is
// registered there, alice is its admin and works on a service.
type pager struct {
	*story
	*stack.PagerDuty
	alice   *stack.Person
	ear     *stack.Ear
	channel *model.Channel
	// service is the name of her service, serviceID its ID.
	service, serviceID string
}

// newPager begins a story about PagerDuty.
func newPager(w *story) *pager {
	w.Helper()
	h := &pager{story: w, PagerDuty: w.Sandbox.PagerDuty()}
	h.alice, h.ear = h.person("alice")
	h.channel = h.private(h.alice)
	h.register("pduty", "us", h.URL, stack.PagerDutySecret, h.NewApp)
	id, err := h.NewUser(h.ctx, "Alice Ames", h.alice.User.Email, "admin")
	require.NoError(w, err)
	h.service = "Service of " + h.alice.User.Username
	h.serviceID, err = h.NewService(h.ctx, h.service, id)
	require.NoError(h, err)
	return h
}

// follows connects alice's channel to her service, after her first sign-in.
func (h *pager) follows() {
	h.Helper()
	from := h.ear.Count()
	require.NoError(h, h.alice.Type(h.ctx, h.channel.Id, "/pduty connect "+h.service))
	require.Equal(h, 200, h.signsInAt("pagerduty", h.alice, h.ear, from).Status)
	h.ephemeral(h.ear, from, "This channel now follows")
}

// triggers creates an incident of the service and returns it with its card.
func (h *pager) triggers(title string) (stack.Incident, stack.Card) {
	h.Helper()
	made, err := h.Trigger(h.ctx, h.service, title)
	require.NoError(h, err)
	card := h.card(h.alice, h.channel, 1, "Triggered", title)
	h.settled()
	return made, card
}

// hasStatus waits until an incident in PagerDuty has this status.
func (h *pager) hasStatus(id, status string) stack.Incident {
	h.Helper()
	var found stack.Incident
	h.eventually(func() (err error) {
		if found, err = h.Incident(h.ctx, id); err == nil && found.Status != status {
			err = errors.Errorf("PagerDuty says that it is %s", found.Status)
		}
		return err
	})
	return found
}

func TestP1P8P9OnTheRealServerAnIncidentIsOneCardFromTriggeredToResolved(t *testing.T) {
	h := newPager(begin(t))
	h.connect(h.alice, h.ear)
	h.follows()
	incident, card := h.triggers("Disk full")
	h.Logf("triggered:\n%s", picture(card, nil))
	from := h.ear.Count()
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Acknowledge"))
	confirmed := h.ephemeral(h.ear, from, "You acknowledged")
	require.Equal(t, h.alice.User.Email, h.hasStatus(incident.ID, "acknowledged").ChangedBy)
	require.NoError(t, h.alice.Click(h.ctx, confirmed, "Post to chat"))
	h.settled()
	card = h.card(h.alice, h.channel, 1, "Acknowledged")

	from = h.ear.Count()
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Add note"))
	h.submits(h.alice, h.channel, h.dialog(h.ear, from, "Add note"), map[string]any{"text": "Cleaning up"})
	h.ephemeral(h.ear, from, "Your note was added")
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Start Zoom meeting"))
	meeting := h.meetingPost(h.alice, h.channel, 0)
	h.eventually(func() error {
		found, err := h.Incident(h.ctx, incident.ID)
		if err == nil && (found.BridgeURL != meeting.GetProp("meeting_link") || len(found.Notes) != 2) {
			err = errors.Errorf("PagerDuty has the meeting %q and %d notes", found.BridgeURL, len(found.Notes))
		}
		return err
	})
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Resolve"))
	h.hasStatus(incident.ID, "resolved")
	resolved := h.card(h.alice, h.channel, 1, "Resolved", "Disk full")
	h.settled()
	require.Equal(t, card.Id, resolved.Id)
	h.Logf("and resolved:\n%s", picture(resolved, h.replies(h.alice, resolved.Post, 3)))
	posts, err := h.alice.Posts(h.ctx, h.channel.Id)
	require.NoError(t, err)
	require.Contains(t, texts(posts), "acknowledged", "it was posted for all")
}

func TestP3P4OnTheRealServerOnlyTheCreatorSeesTheCard(t *testing.T) {
	h := newPager(begin(t))
	title := "Checkout is slow in " + h.channel.Name
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/pduty trigger "+title))
	require.Equal(t, 200, h.signsInAt("pagerduty", h.alice, h.ear, from).Status)
	more := h.ephemeral(h.ear, from, "One more step in PagerDuty")
	require.NoError(t, h.alice.Click(h.ctx, more, "Trigger incident"))
	h.submits(h.alice, h.channel, h.dialog(h.ear, from, "Trigger incident"), map[string]any{"details": "Since noon"})
	private := h.ephemeral(h.ear, from, title)
	h.Logf("alice alone sees:\n%s", stack.Text(private))
	posts, err := h.alice.Posts(h.ctx, h.channel.Id)
	require.NoError(t, err)
	require.NotContains(t, texts(posts), title)
	require.NoError(t, h.alice.Click(h.ctx, private, "Resolve"))
	h.hasStatus(h.raised(title).ID, "resolved")
}

func TestP12OnTheRealServerSearchPreviewAndSend(t *testing.T) {
	h := newPager(begin(t))
	made, err := h.Trigger(h.ctx, h.service, "Payments time out in "+h.channel.Name)
	require.NoError(t, err)
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/pduty search time out in "+h.channel.Name))
	require.Equal(t, 200, h.signsInAt("pagerduty", h.alice, h.ear, from).Status)
	found := h.ephemeral(h.ear, from, "Which one do you mean?")
	label := found.Attachments()[0].Actions[0].Name
	require.Contains(t, label, "Payments time out")
	require.NoError(t, h.alice.Click(h.ctx, found, label))
	preview := h.rewritten(h.ear, from, "Do you want to send it to this channel?")
	require.NoError(t, h.alice.Click(h.ctx, preview, "Send"))
	card := h.card(h.alice, h.channel, 1, "Triggered", "Payments time out")
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Acknowledge"))
	h.hasStatus(made.ID, "acknowledged")
	h.card(h.alice, h.channel, 1, "Acknowledged")
}

// rewritten waits for an ephemeral post that replaced another, with these words in it.
func (w *story) rewritten(ear *stack.Ear, from int, words string) *model.Post {
	w.Helper()
	var post model.Post
	w.eventually(func() error {
		event, err := ear.Event(w.ctx, from, string(model.WebsocketEventPostEdited))
		if err != nil {
			return err
		}
		text, _ := event.GetData()["post"].(string)
		if err := json.Unmarshal([]byte(text), &post); err != nil {
			return err
		}
		if !strings.Contains(stack.Text(&post), words) {
			return errors.Errorf("the note says %q", stack.Text(&post))
		}
		return nil
	})
	return &post
}

// Two people with different rights in PagerDuty, and one who is not signed in,
// click the same button.
func TestAClickActsAsTheUserWhoClicked(t *testing.T) {
	h := newPager(begin(t))
	h.follows()
	incident, card := h.triggers("Disk full")
	bob, hisEar := h.person("bob")
	eve, herEar := h.person("eve")
	for person, role := range map[*stack.Person]string{bob: "limited_user", eve: "observer"} {
		_, _, err := h.Admin.API.AddChannelMember(h.ctx, h.channel.Id, person.User.Id)
		require.NoError(t, err)
		_, err = h.NewUser(h.ctx, person.User.Username, person.User.Email, role)
		require.NoError(t, err)
	}
	from := herEar.Count()
	require.NoError(t, eve.Click(h.ctx, card.Post, "Acknowledge"))
	h.Logf("eve, who may only look, got: %s", stack.Text(h.ephemeral(herEar, from, "To do this as yourself")))
	page := h.signsInAt("pagerduty", eve, herEar, from)
	h.Logf("and after signing in, with status %d: PagerDuty says %s", page.Status, h.hasStatus(incident.ID, "triggered").Status)

	from = hisEar.Count()
	require.NoError(t, bob.Click(h.ctx, card.Post, "Acknowledge"))
	h.ephemeral(hisEar, from, "To do this as yourself")
	require.Equal(t, 200, h.signsInAt("pagerduty", bob, hisEar, from).Status)
	done := h.hasStatus(incident.ID, "acknowledged")
	require.Equal(t, bob.User.Email, done.ChangedBy)
	h.Logf("bob's click was carried out after he had signed in; PagerDuty recorded %s", done.ChangedBy)

	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Resolve"))
	require.Equal(t, h.alice.User.Email, h.hasStatus(incident.ID, "resolved").ChangedBy)
}

// The on-call list is due on two servers, and the plugin of one is killed at that minute: it is posted once. Each plugin
// checks for due lists when it starts.
func TestP11OnTheRealServerTheOnCallListIsPostedOnceWhenAServerDies(t *testing.T) {
	h := newPager(alone(t, stack.UserApp))
	h.follows()
	rotation := "Who to wake in " + h.channel.Name
	tomorrow := time.Now().UTC().Add(-time.Hour)
	from := h.ear.Count()
	require.NoError(t, h.alice.Type(h.ctx, h.channel.Id, "/pduty oncall"))
	h.submits(h.alice, h.channel, h.dialog(h.ear, from, "On-call rule"), map[string]any{
		"name": rotation, "schedule": h.service + " schedule", "time": tomorrow.Format("15:04"), "zone": "UTC",
	})
	require.NoError(t, h.Server(2).KillPlugin(h.ctx))
	require.NoError(t, h.DB.HurryRotation(h.ctx, rotation))
	require.NoError(t, h.Server(1).RestartPlugin(h.ctx))
	lists := func() (found []stack.Card) {
		cards, err := h.alice.Cards(h.ctx, h.channel.Id)
		require.NoError(t, err)
		for _, card := range cards {
			if strings.Contains(card.Title, "On call") {
				found = append(found, card)
			}
		}
		return found
	}
	h.eventually(func() error {
		if len(lists()) == 0 {
			return errors.New("nobody is told who is on call")
		}
		return nil
	})
	for _, server := range []*stack.Server{h.Server(2), h.Server(1)} { // both look again
		require.NoError(t, server.RestartPlugin(h.ctx))
	}
	h.settled()
	require.Len(t, lists(), 1)
	h.Logf("%s", picture(lists()[0], nil))
	require.Contains(t, lists()[0].Text, "@"+h.alice.User.Username, "she is a member of the channel")
}
