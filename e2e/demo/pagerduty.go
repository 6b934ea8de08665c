package main

import (
	"context"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/e2e/stack"
)

// service is the name of the story's service in PagerDuty.
const service = "Web shop"

func triggerIncident(ctx context.Context, c *cast, p *props) (string, error) {
	duty := c.stack.Sandbox.PagerDuty()
	clientID, err := duty.NewApp(ctx, callback(c, "pagerduty"))
	if err == nil {
		err = registered(ctx, c, "EnablePagerduty", "pduty", callback(c, "pagerduty"), map[string]any{
			"kind": "us", "url": duty.URL, "client_id": clientID, "client_secret": stack.PagerDutySecret,
		})
	}
	if err != nil {
		return "", err
	}
	id, err := duty.NewUser(ctx, "Alice Ames", c.alice.User.Email, "admin")
	if err == nil {
		_, err = duty.NewService(ctx, service, id)
	}
	if err != nil {
		return "", err
	}
	if err := c.alice.Type(ctx, c.tools.Id, "/pduty connect"); err != nil {
		return "", err
	}
	prompt, err := c.ear.Ephemeral(ctx, p.from, "/oauth2/pagerduty/connect")
	if err != nil {
		return "", err
	}
	if err := signInAt(ctx, c.alice, prompt, "pagerduty"); err != nil {
		return "", err
	}
	announcement, err := announced(ctx, c, "connected this channel to PagerDuty")
	if err != nil {
		return "", err
	}
	if err := c.alice.Type(ctx, c.tools.Id, "/pduty trigger Checkout is slow"); err != nil {
		return "", err
	}
	opened, err := c.ear.Dialog(ctx, p.from)
	if err != nil {
		return "", err
	}
	complaints, err := c.alice.Submit(ctx, c.tools.Id, opened, map[string]any{"details": "Since noon"})
	if err != nil || len(complaints) > 0 {
		return "", errors.Errorf("the dialog reports %v: %v", complaints, err)
	}
	p.card, err = newest(ctx, c, "Triggered", "Checkout is slow", "Acknowledge")
	return "after she signs in, everyone sees:\n" + announcement + "\nand after she fills in the dialog “" + opened.Dialog.Title + "”:\n" + picture(p.card), err
}

func incidentResolved(ctx context.Context, c *cast, p *props) (string, error) {
	if err := c.alice.Click(ctx, p.card.Post, "Acknowledge"); err != nil {
		return "", err
	}
	card, err := sameCard(ctx, c, p.card, "Acknowledged")
	if err != nil {
		return "", err
	}
	from := c.ear.Count()
	if err := c.alice.Click(ctx, card.Post, "Add note"); err != nil {
		return "", err
	}
	opened, err := c.ear.Dialog(ctx, from)
	if err != nil {
		return "", err
	}
	if _, err := c.alice.Submit(ctx, c.tools.Id, opened, map[string]any{"text": "The cache was cold"}); err != nil {
		return "", err
	}
	if _, err := thread(ctx, c, card, "The cache was cold"); err != nil {
		return "", err
	}
	if err := c.alice.Click(ctx, card.Post, "Resolve"); err != nil {
		return "", err
	}
	after, err := sameCard(ctx, c, card, "Resolved")
	if err != nil {
		return "", err
	}
	said, err := thread(ctx, c, after, "acknowledged", "The cache was cold", "resolved")
	return "after she acknowledges it:\n" + picture(card) + "\nand in the end, in the same post:\n" + picture(after) + "\n" + said, err
}
