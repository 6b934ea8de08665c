package main

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/account"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/config"
	"mattermost-plugin-zoom/server/mattermost"
	"mattermost-plugin-zoom/server/meeting"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/session"
)

// selfCheck gathers the facts for /zoom doctor and the System Console.
type selfCheck struct {
	settings    *config.Container
	database    database
	client      *mattermost.Client
	registry    *provider.Registry
	commands    *slashCommands
	accounts    *account.Service
	sessions    *session.Sessions
	lastEvent   *eventClock
	predecessor *predecessor
	now         func() time.Time
}

// inspect gathers the facts that the self-check evaluates.
func (c *selfCheck) inspect(ctx context.Context) (meeting.Setup, error) {
	s := c.settings.Load()
	setup := meeting.Setup{
		Mode: s.Mode(), VerifiesEmail: c.client.VerifiesEmail(), TrustsUnverified: s.TrustUnverifiedEmail,
		Now: c.now(), WebhookURL: s.EventURL("/webhook"), URLSecret: s.WebhookSecret != "",
	}
	for _, problem := range s.Problems() {
		setup.Problems = append(setup.Problems, meeting.Problem{ID: problem.ID, Fatal: problem.Fatal})
	}
	records, err := c.recordChecks(ctx)
	setup.Further = records
	if err != nil {
		setup.NoRecords = true
		return setup, nil
	}
	lastEvent, err := c.lastEvent.at(ctx)
	if err != nil {
		return meeting.Setup{}, errors.Wrap(err, "read when the last Zoom event arrived")
	}
	setup.LastEvent = lastEvent
	setup.Grant = c.accounts.SharedGrant()
	swapped, err := c.predecessor.checks(ctx)
	if err != nil {
		return meeting.Setup{}, err
	}
	tools, err := c.providerChecks(ctx)
	setup.Further = append(append(records, swapped...), tools...)
	return setup, errors.Wrap(err, "inspect the providers")
}

// lateAfter is how long work may wait before the self-check notes it.
const lateAfter = 10 * time.Minute

// recordChecks are the lines of the self-check about the database and the queue. The error is the database's absence.
func (c *selfCheck) recordChecks(ctx context.Context) ([]meeting.Check, error) {
	health, err := c.database.Check(ctx)
	if err != nil {
		check := troubled("database", chat.Say("check.database.down"), chat.Say("check.database.down.fix"))
		check.Verdict = meeting.Fail
		return []meeting.Check{check}, err
	}
	const megabyte = 1 << 20
	database := meeting.Check{ID: "database", Verdict: meeting.OK, Message: chat.Say("check.database",
		"Version", strconv.FormatInt(health.Schema, 10), "Rows", strconv.FormatInt(health.Rows, 10), "Size", strconv.FormatInt((health.Bytes+megabyte-1)/megabyte, 10))}
	queue := meeting.Check{ID: "queue", Verdict: meeting.OK, Message: chat.Say("check.queue")}
	if health.Waiting > 0 {
		waiting := chat.Plural("check.queue.waiting", int(health.Waiting)).WithText("Since", chat.Time(c.now().Add(-health.Oldest), chat.DateAndTime))
		queue.Message = waiting
		if health.Oldest > lateAfter {
			queue = troubled(queue.ID, waiting, chat.Say("check.queue.late.fix"))
		}
	}
	return []meeting.Check{database, queue}, nil
}

// providerChecks are the lines of the self-check about the enabled providers: whether their commands are ours, and whether users
// can sign in.
func (c *selfCheck) providerChecks(ctx context.Context) ([]meeting.Check, error) {
	var checks []meeting.Check
	words, wanted := c.settings.Load().Triggers(), c.commands.wanted()
	for _, p := range c.registry.All() {
		d := p.Describe()
		word, enabled := words[d.ID]
		if !enabled {
			continue
		}
		about := func(id, command string) chat.Message {
			return chat.Say(id, "Provider", d.Name).WithText("Command", chat.Code(command))
		}
		check := meeting.Check{ID: "tool_" + d.ID, Verdict: meeting.OK, Message: about("check.tool", "/"+word)}
		if s, ok := wanted[word]; ok {
			if owner, taken := c.client.TriggerOwner(s.tree, s.name); taken {
				clash := about("check.tool_clash", "/"+word).WithText("Owner", chat.Plain(owner))
				check = troubled(check.ID, clash, about("check.tool_clash.fix", "/"+word))
			}
		}
		checks = append(checks, check)
		if _, authorizes := p.(provider.Authorizer); !authorizes {
			continue
		}
		sites, err := c.sessions.Sites(ctx, d.ID)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(sites, func(s provider.Site) bool { return s.OAuth }) {
			setup := "/" + word + " setup"
			checks = append(checks, troubled(check.ID+"_sign_in", about("check.tool_sign_in", setup), about("check.tool_sign_in.fix", setup)))
		}
	}
	return checks, nil
}

// troubled returns a check whose failure costs a feature.
func troubled(id string, text, fix chat.Message) meeting.Check {
	return meeting.Check{ID: id, Verdict: meeting.Warn, Message: text, Fix: fix}
}
