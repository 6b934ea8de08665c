package main

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/takeover"
)

// Records of the public plugin that show how it was set up.
const (
	publicAccountToken = "zoomSuperUserToken_"
	publicRestrictions = "zoomChannelSettings"
)

// swapTold is how long the self-check reports that users are matched by email address; the check of addresses itself stays.
const swapTold = 30 * 24 * time.Hour

// predecessor is the public Zoom plugin, in whose place this one runs.
type predecessor struct {
	settings *config.Container
	client   *mattermost.Client
	table    account.Left
	notes    takeover.Notes
	now      func() time.Time
}

// note logs at the first start in place of the public plugin what works differently from now on.
func (p *predecessor) note(ctx context.Context) error {
	found, err := p.left()
	if err != nil || found == (takeover.Found{}) {
		return err
	}
	first, err := p.notes.Note(ctx, found)
	if first {
		p.tell(found)
	}
	return err
}

func (p *predecessor) tell(found takeover.Found) {
	const swapped = "This plugin took the place of the public Zoom plugin: "
	if found.ByAddress {
		p.client.Warn(swapped+"users whose email address isn't verified can no longer start meetings. /zoom doctor says how to change that",
			"server_verifies_addresses", p.client.VerifiesEmail(), "unverified_addresses_trusted", p.settings.Load().TrustUnverifiedEmail)
	}
	if found.Restricted > 0 {
		p.client.Warn(swapped+"its rules for single channels aren't imported, so meetings can be started there", "channels", found.Restricted)
	}
}

// left inspects the records of the public plugin. It is zero if there was none, or nothing works differently.
func (p *predecessor) left() (takeover.Found, error) {
	token, err := p.table.Get(publicAccountToken)
	if err != nil {
		return takeover.Found{}, errors.Wrap(err, "look for the public plugin's token")
	}
	rules, err := p.table.Get(publicRestrictions)
	if err != nil {
		return takeover.Found{}, errors.Wrap(err, "look for the public plugin's rules")
	}
	return takeover.Found{ByAddress: token != nil, Restricted: restricted(rules)}, nil
}

// restricted counts the channels with their own rule.
func restricted(rules []byte) int {
	var channels map[string]struct {
		Preference string
	}
	if rules == nil || json.Unmarshal(rules, &channels) != nil {
		return 0
	}
	n := 0
	for _, rule := range channels {
		if !strings.HasPrefix(strings.ToLower(rule.Preference), "default") {
			n++
		}
	}
	return n
}

// checks are the lines of the self-check about the replacement of the public plugin.
func (p *predecessor) checks(ctx context.Context) ([]meeting.Check, error) {
	noted, err := p.notes.Noted(ctx)
	if err != nil {
		return nil, errors.Wrap(err, "read what the change of plugins changed")
	}
	var checks []meeting.Check
	if noted.ByAddress && p.now().Sub(noted.At) < swapTold {
		checks = append(checks, meeting.Check{
			ID: "swap_email", Verdict: meeting.Warn, Message: chat.Say("check.swap_email"), Fix: chat.Say("check.swap_email.fix"),
		})
	}
	left, err := p.left()
	if err == nil && left.Restricted > 0 {
		checks = append(checks, meeting.Check{
			ID: "swap_restrictions", Verdict: meeting.Warn, Message: chat.Say("check.swap_restrictions", "Channels", strconv.Itoa(left.Restricted)),
			Fix: chat.Say("check.swap_restrictions.fix"),
		})
	}
	return checks, err
}
