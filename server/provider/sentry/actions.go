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
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// The names of values in clicks and forms.
const (
	valueSelected = "selected"
	fieldText     = "text"
	fieldAssignee = "assignee"
	fieldOther    = "other"
)

const (
	// maxWritten limits a comment in a form, in characters.
	maxWritten = 3000
	// unassigned is the option to remove the assignee.
	unassigned = "nobody"
)

// actionRun is an action that is being run.
type actionRun struct {
	client
	request provider.ActionRequest
	subject issueState
	site    location
}

// HandleAction runs an action of an issue's card. It applies the result to the card at once; the delivery about it then changes nothing.
func (s *Sentry) HandleAction(ctx context.Context, session provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	a, err := newActionRun(session, c)
	if err != nil {
		return provider.ActionResult{}, err
	}
	switch c.Action {
	case actionResolve:
		return a.setStatus(ctx, typeResolved, map[string]any{"status": statusResolved})
	case actionNext:
		what := map[string]any{"status": statusResolved, "statusDetails": map[string]any{"inNextRelease": true}}
		return a.setStatus(ctx, typeResolved, what)
	case actionReopen:
		return a.setStatus(ctx, typeUnresolved, map[string]any{"status": statusOpen})
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

// newActionRun starts an action. Fault: InvalidInput for a card that isn't an issue's.
func newActionRun(session provider.Session, c provider.ActionRequest) (actionRun, error) {
	card, err := readState(c.State)
	if err != nil {
		return actionRun{}, err
	}
	if card.Issue == nil {
		return actionRun{}, fault.New(fault.InvalidInput)
	}
	a := actionRun{client: newClient(session, c.Resource.Path), request: c, subject: *card.Issue, site: card.Site}
	if a.org == "" {
		a.org = a.site.Slug
	}
	return a, nil
}

// actor returns the user who acts.
func (a actionRun) actor() actor {
	if a.request.Account.Name == "" {
		return actor{ID: a.request.Account.ID, Name: untrusted.Line(a.request.By, maxName)}
	}
	return actor{ID: a.request.Account.ID, Name: untrusted.Line(a.request.Account.Name, maxName)}
}

// newEvent returns what was done, with the issue as it is now. Its time is after everything the card knows: clocks differ, and a newer
// delivery must not count as older.
func (a actionRun) newEvent(d eventType, now *issue, at location) provider.Event {
	n := eventData{Site: a.site, At: untrusted.Latest(a.request.At, a.subject.ShownAt.Add(time.Millisecond)), Type: d, By: a.actor(), Issue: now}
	if d == typeLookedUp {
		n.By = actor{}
	}
	n.fillLocation(at)
	return issueEvent(n)
}

// setStatus changes the status of the issue. If someone else has already done so, it only updates the card, so that the change stays
// theirs.
func (a actionRun) setStatus(ctx context.Context, d eventType, what map[string]any) (provider.ActionResult, error) {
	now, at, err := a.issue(ctx, a.subject.ID)
	if err != nil {
		return provider.ActionResult{}, withProviderMessage(err)
	}
	wanted, _ := what["status"].(string)
	if now.Shown.Status == wanted {
		l := (&issueState{Shown: *now.Shown}).appearance()
		note := chat.Say("sentry.note.already").WithMessage("State", l.message())
		return provider.ActionResult{Note: note, Events: []provider.Event{a.newEvent(typeLookedUp, now, at)}}, nil
	}
	return a.applyChange(ctx, d, what)
}

// applyChange changes the issue and returns the result.
func (a actionRun) applyChange(ctx context.Context, d eventType, what map[string]any) (provider.ActionResult, error) {
	now, at, err := a.change(ctx, a.subject.ID, what)
	if err != nil {
		return provider.ActionResult{}, withProviderMessage(err)
	}
	return provider.ActionResult{Events: []provider.Event{a.newEvent(d, now, at)}}, nil
}

// archive archives the issue, forever or until a condition is met.
func (a actionRun) archive(ctx context.Context) (provider.ActionResult, error) {
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
	}[a.request.Values[valueSelected]]
	if !known {
		return provider.ActionResult{}, fault.New(fault.InvalidInput)
	}
	return a.setStatus(ctx, typeArchived, what)
}

// prioritize sets the priority of the issue.
func (a actionRun) prioritize(ctx context.Context) (provider.ActionResult, error) {
	chosen := a.request.Values[valueSelected]
	if !slices.Contains(priorities(), chosen) {
		return provider.ActionResult{}, fault.New(fault.InvalidInput)
	}
	return a.applyChange(ctx, typePriorityChanged, map[string]any{"priority": chosen})
}

// assign asks for an assignee and assigns the issue.
func (a actionRun) assign(ctx context.Context) (provider.ActionResult, error) {
	if !a.request.Submitted {
		form, err := a.assignForm(ctx)
		return provider.ActionResult{Form: form}, withProviderMessage(err)
	}
	to := strings.TrimSpace(a.request.Values[fieldOther])
	if to == "" {
		to = a.request.Values[fieldAssignee]
	}
	switch kind, id, found := strings.Cut(to, ":"); {
	case to == unassigned:
		to = ""
	case found && (kind == "user" || kind == "team") && text(id).id() != "":
	case strings.Contains(to, "@") && !strings.ContainsAny(to, " \r\n") && len(to) < maxAddress:
	case to == "":
		return provider.ActionResult{}, &provider.FieldError{Field: fieldAssignee, Message: chat.Say("sentry.form.no_assignee")}
	default:
		return provider.ActionResult{}, &provider.FieldError{Field: fieldOther, Message: chat.Say("sentry.form.wrong_assignee")}
	}
	done, err := a.applyChange(ctx, typeAssigned, map[string]any{"assignedTo": to})
	if fault.Is(err, fault.ProviderRefused) {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldAssignee, Message: chat.Say("sentry.form.refused_assignee")}
	}
	return done, err
}

// comment asks for a comment and posts it.
func (a actionRun) comment(ctx context.Context) (provider.ActionResult, error) {
	if !a.request.Submitted {
		return provider.ActionResult{Form: commentForm(a.issueName())}, nil
	}
	return a.postComment(ctx, a.request.Values[fieldText])
}

// postComment posts a comment on the issue.
func (a actionRun) postComment(ctx context.Context, content string) (provider.ActionResult, error) {
	content = strings.TrimSpace(content)
	if content == "" {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldText, Message: chat.Say("sentry.form.no_text")}
	}
	var made struct {
		ID   text      `json:"id"`
		Date timestamp `json:"dateCreated"`
	}
	err := a.Call(ctx, http.MethodPost, a.endpoint("issues", a.subject.ID, "comments"), map[string]string{"text": content}, &made)
	var refusal *provider.StatusError
	if errors.As(err, &refusal) && refusal.Status == http.StatusBadRequest && strings.Contains(string(refusal.Body), "already posted") {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldText, Message: chat.Say("sentry.form.said_already")}
	}
	if err != nil {
		return provider.ActionResult{}, withProviderMessage(err)
	}
	if made.ID.id() == "" {
		return provider.ActionResult{Note: chat.Say("sentry.note.commented")}, nil // the delivery will update the card
	}
	n := eventData{
		Site: a.site, At: a.request.At, Type: typeCommented, By: a.actor(), Issue: &issue{ID: a.subject.ID, Project: a.subject.Project},
		Comment: &comment{ID: made.ID.id(), Action: "created", Excerpt: untrusted.Lines(content, maxExcerpt), At: made.Date.Time},
	}
	return provider.ActionResult{Events: []provider.Event{issueEvent(n)}}, nil
}
