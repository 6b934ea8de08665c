package main

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// organization is the slug of the story's organization in Sentry.
const organization = "acme"

// registered has the admin enable a provider and enter this server's OAuth client
// for it.
func registered(ctx context.Context, c *cast, setting, word, callback string, entered map[string]any) error {
	if err := c.stack.Set(ctx, stack.Settings{setting: true}); err != nil {
		return err
	}
	ear, err := c.stack.Admin.Listen()
	if err != nil {
		return err
	}
	defer ear.Close()
	err = stack.Eventually(ctx, patience, func() error { return c.stack.Admin.Type(ctx, c.tools.Id, "/"+word+" setup") })
	if err != nil {
		return err
	}
	opened, err := ear.Dialog(ctx, 0)
	if err != nil {
		return err
	}
	if err := says(readable(opened.Dialog.IntroductionText), callback); err != nil {
		return errors.Wrap(err, "the dialog")
	}
	complaints, err := c.stack.Admin.Submit(ctx, c.tools.Id, opened, entered)
	if err != nil || len(complaints) > 0 {
		return errors.Errorf("the dialog reports %v: %v", complaints, err)
	}
	_, err = ear.Ephemeral(ctx, 0, "is saved")
	return err
}

// callback is the URL that a provider's pages redirect people to.
func callback(c *cast, providerID string) string {
	return c.stack.SiteURL + "/plugins/zoom/oauth2/" + providerID + "/complete"
}

func connectSentry(ctx context.Context, c *cast, p *props) (string, error) {
	sentry := c.stack.Sandbox.Sentry()
	clientID, err := sentry.NewApp(ctx, callback(c, "sentry"))
	if err == nil {
		err = registered(ctx, c, "EnableSentry", "sentry", callback(c, "sentry"), map[string]any{
			"kind": "selfhosted", "url": sentry.URL, "client_id": clientID, "client_secret": stack.SentrySecret,
		})
	}
	if err == nil {
		err = sentry.NewUser(ctx, "alice", c.alice.User.Email)
	}
	if err == nil {
		err = sentry.NewOrganization(ctx, organization, "Acme Inc", "alice", "web", "ops")
	}
	if err != nil {
		return "", err
	}
	if err := c.alice.Type(ctx, c.tools.Id, "/sentry connect “Acme Inc> “web>"); err != nil {
		return "", err
	}
	if _, err := c.ear.Ephemeral(ctx, p.from, "is in your direct messages"); err != nil {
		return "", err
	}
	if err := signInByMessage(ctx, c); err != nil {
		return "", err
	}
	offer, err := c.ear.Offer(ctx, p.from, "Enter token and secret")
	if err != nil {
		return "", err
	}
	if err := c.alice.Click(ctx, offer, "Enter token and secret"); err != nil {
		return "", err
	}
	opened, err := c.ear.Dialog(ctx, p.from)
	if err != nil {
		return "", err
	}
	complaints, err := c.alice.Submit(ctx, c.tools.Id, opened, map[string]any{
		"token": stack.SentryIntegrationToken + organization, "secret": stack.SentryIntegrationSecret + organization,
	})
	if err != nil || len(complaints) > 0 {
		return "", errors.Errorf("the dialog reports %v: %v", complaints, err)
	}
	announcement, err := announced(ctx, c, "connected this channel to Sentry")
	return "after she signs in with the link from the bot and enters the token from a Sentry admin, everyone sees:\n" + announcement, err
}

// signInByMessage follows the Sentry link that the bot has sent alice.
func signInByMessage(ctx context.Context, c *cast) error {
	conversation, err := c.alice.WithBot(ctx)
	if err != nil {
		return err
	}
	var link string
	err = stack.Eventually(ctx, patience, func() error {
		posts, err := c.alice.Posts(ctx, conversation.Id)
		if err == nil && len(posts) == 0 {
			err = errors.New("the bot hasn't posted anything")
		}
		if err == nil {
			link, err = stack.SignInLink(posts[len(posts)-1], "sentry")
		}
		return err
	})
	if err != nil {
		return err
	}
	page, err := c.alice.Authorize(ctx, link, "alice")
	if err == nil && page.Status != 200 {
		err = errors.Errorf("the browser ended at %s with status %d: %.300s", page.URL.Path, page.Status, page.Body)
	}
	return err
}

func errorResolved(ctx context.Context, c *cast, p *props) (string, error) {
	var err error
	if p.issue, err = c.stack.Sandbox.Sentry().Error(ctx, organization, "web", "ValueError", "discount twice"); err != nil {
		return "", err
	}
	before, err := newest(ctx, c, "ValueError", "Resolve")
	if err != nil {
		return "", err
	}
	if err := c.alice.Click(ctx, before.Post, "Resolve"); err != nil {
		return "", err
	}
	after, err := sameCard(ctx, c, before, "Resolved")
	if err != nil {
		return "", err
	}
	said, err := thread(ctx, c, after, "resolved this issue")
	p.card = after
	return "before:\n" + picture(before) + "\nafter, in the same post:\n" + picture(after) + "\n" + said, err
}

func errorRegresses(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.stack.Sandbox.Sentry().Does(ctx, organization, p.issue, "regress"); err != nil {
		return "", err
	}
	card, err := newest(ctx, c, "Regressed", "ValueError")
	if err == nil && card.Id == p.card.Id {
		err = errors.New("the regression isn't a separate post")
	}
	return "as a new post with a link to the previous one:\n" + picture(card), err
}
