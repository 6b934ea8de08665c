package sentry

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// What comes with clicks and forms.
const (
	valueSelected = "selected"
	fieldText     = "text"
	fieldAssignee = "assignee"
	fieldOther    = "other"
)

const (
	// maxWritten is the longest comment that can be written in a form.
	maxWritten = 3000
	// nobody is the choice of taking an issue from everybody.
	nobody = "nobody"
)

// acting is one action under way.
type acting struct {
	client
	c    provider.ActionRequest
	card known
	site place
}

// HandleAction carries out an action on the card of an issue. What it came to is read back and applied to the card at once; the delivery that
// tells the same changes nothing more.
func (s *Sentry) HandleAction(ctx context.Context, session provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	a, err := actingOn(session, c)
	if err != nil {
		return provider.ActionResult{}, err
	}
	switch c.Action {
	case actionResolve:
		return a.turn(ctx, didResolve, map[string]any{"status": statusResolved})
	case actionNext:
		what := map[string]any{"status": statusResolved, "statusDetails": map[string]any{"inNextRelease": true}}
		return a.turn(ctx, didResolve, what)
	case actionReopen:
		return a.turn(ctx, didReopen, map[string]any{"status": statusOpen})
	case actionArchive:
		return a.archive(ctx)
	case actionPriority:
		return a.prioritize(ctx)
	case actionAssign:
		return a.assign(ctx)
	case actionComment:
		return a.comment(ctx)
	}
	return provider.ActionResult{}, fault.New(fault.InvalidInput)
}

// actingOn begins an action. Fault: InvalidInput where the card is no issue's.
func actingOn(session provider.Session, c provider.ActionRequest) (acting, error) {
	card, err := readState(c.State)
	if err != nil {
		return acting{}, err
	}
	if card.Issue == nil {
		return acting{}, fault.New(fault.InvalidInput)
	}
	a := acting{client: clientOf(session, c.Resource.Path), c: c, card: *card.Issue, site: card.Site}
	if a.org == "" {
		a.org = a.site.Slug
	}
	return a, nil
}

// by returns who acts, as somebody at Sentry.
func (a acting) by() actor {
	if a.c.Account.Name == "" {
		return actor{ID: a.c.Account.ID, Name: cleaned(a.c.By, maxName)}
	}
	return actor{ID: a.c.Account.ID, Name: cleaned(a.c.Account.Name, maxName)}
}

// event returns what was done, with the issue as it is now. It comes after all that the card knows of: servers' clocks differ, and
// later news must not pass for old.
func (a acting) event(d deed, now *issue, at place) provider.Event {
	n := news{Site: a.site, At: latest(a.c.At, a.card.Heard.Add(time.Millisecond)), Did: d, By: a.by(), Issue: now}
	if d == didLook {
		n.By = actor{}
	}
	n.at(at)
	return issueEvent(n)
}

// turn brings the issue to another state. Where somebody else has done so already, the card is brought up to date and nothing is
// changed, so that it is theirs.
func (a acting) turn(ctx context.Context, d deed, what map[string]any) (provider.ActionResult, error) {
	now, at, err := a.issue(ctx, a.card.ID)
	if err != nil {
		return provider.ActionResult{}, explained(err)
	}
	wanted, _ := what["status"].(string)
	if now.Shown.Status == wanted {
		l := (&known{Shown: *now.Shown}).look()
		note := chat.Say("sentry.note.already").WithMessage("State", l.message())
		return provider.ActionResult{Note: note, Events: []provider.Event{a.event(didLook, now, at)}}, nil
	}
	return a.carryOut(ctx, d, what)
}

// carryOut changes the issue and tells what it came to.
func (a acting) carryOut(ctx context.Context, d deed, what map[string]any) (provider.ActionResult, error) {
	now, at, err := a.change(ctx, a.card.ID, what)
	if err != nil {
		return provider.ActionResult{}, explained(err)
	}
	return provider.ActionResult{Events: []provider.Event{a.event(d, now, at)}}, nil
}

// archive puts the issue aside, for ever or until something happens.
func (a acting) archive(ctx context.Context) (provider.ActionResult, error) {
	until := func(condition string, n int) map[string]any {
		return map[string]any{
			"status": statusArchived, "substatus": "archived_until_condition_met", "statusDetails": map[string]any{condition: n},
		}
	}
	plain := func(substatus string) map[string]any {
		return map[string]any{"status": statusArchived, "substatus": substatus, "statusDetails": map[string]any{}}
	}
	what, known := map[string]map[string]any{
		archiveEscalating: plain("archived_until_escalating"), archiveForever: plain("archived_forever"),
		archiveHour: until("ignoreDuration", 60), archiveDay: until("ignoreDuration", 24*60), archiveWeek: until("ignoreDuration", 7*24*60),
		archiveTimes: until("ignoreCount", 100), archiveUsers: until("ignoreUserCount", 10),
	}[a.c.Values[valueSelected]]
	if !known {
		return provider.ActionResult{}, fault.New(fault.InvalidInput)
	}
	return a.turn(ctx, didArchive, what)
}

// prioritize sets how urgent the issue is.
func (a acting) prioritize(ctx context.Context) (provider.ActionResult, error) {
	chosen := a.c.Values[valueSelected]
	if !slices.Contains(priorities(), chosen) {
		return provider.ActionResult{}, fault.New(fault.InvalidInput)
	}
	return a.carryOut(ctx, didPriority, map[string]any{"priority": chosen})
}

// assign asks whose the issue is to be, and gives it to them.
func (a acting) assign(ctx context.Context) (provider.ActionResult, error) {
	if !a.c.Submitted {
		form, err := a.assignForm(ctx)
		return provider.ActionResult{Form: form}, explained(err)
	}
	to := strings.TrimSpace(a.c.Values[fieldOther])
	if to == "" {
		to = a.c.Values[fieldAssignee]
	}
	switch kind, id, found := strings.Cut(to, ":"); {
	case to == nobody:
		to = ""
	case found && (kind == "user" || kind == "team") && text(id).id() != "":
	case strings.Contains(to, "@") && !strings.ContainsAny(to, " \r\n") && len(to) < maxAddress:
	case to == "":
		return provider.ActionResult{}, &provider.FieldError{Field: fieldAssignee, Message: chat.Say("sentry.form.no_assignee")}
	default:
		return provider.ActionResult{}, &provider.FieldError{Field: fieldOther, Message: chat.Say("sentry.form.wrong_assignee")}
	}
	done, err := a.carryOut(ctx, didAssign, map[string]any{"assignedTo": to})
	if fault.Is(err, fault.ProviderRefused) {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldAssignee, Message: chat.Say("sentry.form.refused_assignee")}
	}
	return done, err
}

// comment asks what to say, and says it.
func (a acting) comment(ctx context.Context) (provider.ActionResult, error) {
	if !a.c.Submitted {
		return provider.ActionResult{Form: commentForm(a.issueName())}, nil
	}
	return a.write(ctx, a.c.Values[fieldText])
}

// write says something about the issue.
func (a acting) write(ctx context.Context, said string) (provider.ActionResult, error) {
	said = strings.TrimSpace(said)
	if said == "" {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldText, Message: chat.Say("sentry.form.no_text")}
	}
	var made struct {
		ID   text  `json:"id"`
		Date stamp `json:"dateCreated"`
	}
	err := a.Call(ctx, http.MethodPost, a.at("issues", a.card.ID, "comments"), map[string]string{"text": said}, &made)
	var refusal *provider.StatusError
	if errors.As(err, &refusal) && refusal.Status == http.StatusBadRequest && strings.Contains(string(refusal.Body), "already posted") {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldText, Message: chat.Say("sentry.form.said_already")}
	}
	if err != nil {
		return provider.ActionResult{}, explained(err)
	}
	if made.ID.id() == "" {
		return provider.ActionResult{Note: chat.Say("sentry.note.commented")}, nil // its own delivery will tell of it
	}
	n := news{
		Site: a.site, At: a.c.At, Did: didComment, By: a.by(), Issue: &issue{ID: a.card.ID, Project: a.card.Project},
		Comment: &comment{ID: made.ID.id(), Action: "created", Excerpt: cleanedLines(said, maxExcerpt), At: made.Date.Time},
	}
	return provider.ActionResult{Events: []provider.Event{issueEvent(n)}}, nil
}
