package e2e

import (
	"testing"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/e2e/stack"
)

// bugs is the simulated Sentry of these stories: this server is registered
// there, and alice owns an organization with two projects.
type bugs struct {
	*story
	*stack.Sentry
	alice   *stack.Person
	ear     *stack.Ear
	channel *model.Channel
	org     string
}

func newBugs(w *story) *bugs {
	w.Helper()
	h := &bugs{story: w, Sentry: w.Sandbox.Sentry()}
	h.alice, h.ear = h.person("alice")
	h.channel = h.private(h.alice)
	h.register("sentry", "selfhosted", h.URL, stack.SentrySecret, h.NewApp)
	require.NoError(w, h.NewUser(h.ctx, h.alice.User.Username, h.alice.User.Email))
	h.org = "org-" + h.channel.Name
	require.NoError(w, h.NewOrganization(h.ctx, h.org, "Acme "+h.channel.Name, h.alice.User.Username, "web", "ops"))
	return h
}

// signsInAt follows the link that a person was shown or sent, and allows access at the provider.
func (w *story) signsInAt(providerID string, p *stack.Person, ear *stack.Ear, from int) *stack.Page {
	w.Helper()
	var link string
	w.eventually(func() (err error) {
		note, noteErr := ear.Ephemeral(w.ctx, from, "ign in")
		if noteErr == nil {
			if link, err = stack.SignInLink(note, providerID); err == nil {
				return nil
			}
		}
		said := w.botMessages(p)
		if len(said) == 0 {
			return errors.Wrap(noteErr, "no link to sign in")
		}
		link, err = stack.SignInLink(said[len(said)-1], providerID)
		return err
	})
	page, err := p.Authorize(w.ctx, link, p.User.Email)
	require.NoError(w, err)
	return page
}

// connects has alice connect her channel to a project.
func (h *bugs) connects(what string) {
	h.Helper()
	from := h.ear.Count()
	require.NoError(h, h.alice.Type(h.ctx, h.channel.Id, "/sentry connect "+what))
	h.ephemeral(h.ear, from, "A link to sign in to")
	require.Equal(h, 200, h.signsInAt("sentry", h.alice, h.ear, from).Status)
	asked := h.ephemeral(h.ear, from, "isn't connected to this server yet")
	require.NoError(h, h.alice.Click(h.ctx, asked, "Enter token and secret"))
	h.submits(h.alice, h.channel, h.dialog(h.ear, from, "Connect Sentry"), map[string]any{
		"token": stack.SentryIntegrationToken + h.org, "secret": stack.SentryIntegrationSecret + h.org,
	})
	h.ephemeral(h.ear, from, "This channel now follows")
}

func TestS1S4S5S12OnTheRealServerAnErrorIsResolvedFromChatAndRegresses(t *testing.T) {
	h := newBugs(begin(t))
	h.connects("“Acme " + h.channel.Name + "> “web>")
	issue, err := h.Error(h.ctx, h.org, "web", "ValueError", "discount twice")
	require.NoError(t, err)
	card := h.card(h.alice, h.channel, 1, "ValueError")
	h.settled()
	h.Logf("new:\n%s", picture(card, nil))
	require.NoError(t, h.alice.Click(h.ctx, card.Post, "Resolve"))
	h.eventually(func() error {
		status, err := h.Status(h.ctx, h.org, issue)
		if err == nil && status != "resolved" {
			err = errors.Errorf("Sentry says that it is %s", status)
		}
		return err
	})
	resolved := h.card(h.alice, h.channel, 1, "Resolved")
	h.settled()
	require.Equal(t, card.Id, resolved.Id)
	h.Logf("resolved from chat:\n%s", picture(resolved, h.replies(h.alice, resolved.Post, 1)))
	require.NoError(t, h.Does(h.ctx, h.org, issue, "regress"))
	again := h.card(h.alice, h.channel, 2, "Regressed")
	h.settled()
	require.Contains(t, stack.Text(again.Post), "/_redirect/pl/"+card.Id)
	h.Logf("regressed, as a new post:\n%s", picture(again, nil))
}

func TestS7S8S9S10OnTheRealServerProjectsAreListedAndDisconnected(t *testing.T) {
	h := newBugs(begin(t))
	h.connects(h.org + " web")
	h.commandShows(h.alice, h.ear, h.channel, "/sentry connect "+h.org+" ops", "This channel now follows")
	h.commandShows(h.alice, h.ear, h.channel, "/sentry configure all", "in your channels", "~"+h.channel.DisplayName, "web", "ops")
	h.commandShows(h.alice, h.ear, h.channel, "/sentry list", "web", "ops")
	question := h.commandShows(h.alice, h.ear, h.channel, "/sentry disconnect "+h.org+" web", "Do you want to stop notifications about")
	require.NoError(t, h.alice.Click(h.ctx, question, "Disconnect"))
	_, err := h.Error(h.ctx, h.org, "web", "ValueError", "not any more")
	require.NoError(t, err)
	_, err = h.Error(h.ctx, h.org, "ops", "IOError", "still")
	require.NoError(t, err)
	h.card(h.alice, h.channel, 1, "IOError")
	question = h.commandShows(h.alice, h.ear, h.channel, "/sentry disconnect", "Do you want to end this connection?")
	require.NoError(t, h.alice.Click(h.ctx, question, "Disconnect"))
	h.commandShows(h.alice, h.ear, h.channel, "/sentry list", "isn't connected to Sentry yet")
}
