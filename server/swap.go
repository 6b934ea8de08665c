package main

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/store"
)

// What the public plugin left in the table that tells how it was set up.
const (
	publicAccountToken = "zoomSuperUserToken_"
	publicRestrictions = "zoomChannelSettings"
)

// swapTold is how long the self-check tells that users are matched by address now; the check of addresses itself stays.
const swapTold = 30 * 24 * time.Hour

// noteSwap says in the log, at the first start in the public plugin's place, what works differently from now on.
func (a *app) noteSwap() {
	found, err := a.leftByPublicPlugin(a.background)
	if err == nil && found != (store.Swap{}) {
		var first bool
		if first, err = a.records.NoteSwap(a.background, found); first {
			a.tellSwap(found)
		}
	}
	if err != nil && a.background.Err() == nil {
		a.client.Warn("The records of the public Zoom plugin couldn't be read", "error", err.Error())
	}
}

func (a *app) tellSwap(found store.Swap) {
	const swapped = "This plugin took the place of the public Zoom plugin: "
	if found.ByAddress {
		a.client.Warn(swapped+"users whose email address isn't verified can no longer start meetings. /zoom doctor says how to change that",
			"server_verifies_addresses", a.client.VerifiesEmail(), "unverified_addresses_trusted", a.settings.Load().TrustUnverifiedEmail)
	}
	if found.Restricted > 0 {
		a.client.Warn(swapped+"its rules for single channels aren't imported, so meetings can be started there", "channels", found.Restricted)
	}
}

// leftByPublicPlugin looks at what the public plugin left. It is zero where there was none, or nothing that works differently.
func (a *app) leftByPublicPlugin(ctx context.Context) (store.Swap, error) {
	token, err := a.records.Legacy(ctx, publicAccountToken)
	if err != nil {
		return store.Swap{}, errors.Wrap(err, "look for the public plugin's token")
	}
	rules, err := a.records.Legacy(ctx, publicRestrictions)
	if err != nil {
		return store.Swap{}, errors.Wrap(err, "look for the public plugin's rules")
	}
	return store.Swap{ByAddress: token != nil, Restricted: restricted(rules)}, nil
}

// restricted counts the channels that have a rule of their own.
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

// swapChecks are the lines of the self-check on what the change of plugins changed.
func (a *app) swapChecks(ctx context.Context) ([]meeting.Check, error) {
	noted, err := a.records.Swap(ctx)
	if err != nil {
		return nil, errors.Wrap(err, "read what the change of plugins changed")
	}
	var checks []meeting.Check
	if noted.ByAddress && a.now().Sub(noted.At) < swapTold {
		checks = append(checks, meeting.Check{
			ID: "swap_email", Verdict: meeting.Warn, Message: chat.Say("check.swap_email"), Fix: chat.Say("check.swap_email.fix"),
		})
	}
	left, err := a.leftByPublicPlugin(ctx)
	if err == nil && left.Restricted > 0 {
		checks = append(checks, meeting.Check{
			ID: "swap_restrictions", Verdict: meeting.Warn, Message: chat.Say("check.swap_restrictions", "Channels", strconv.Itoa(left.Restricted)),
			Fix: chat.Say("check.swap_restrictions.fix"),
		})
	}
	return checks, err
}
