package bitbucket

import (
	"context"
	"strconv"
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
	valueComment  = "comment"
	valueSelected = "selected"
	fieldText     = "text"
	fieldStrategy = "strategy"
	fieldMessage  = "message"
	fieldClose    = "close_source"
)

const (
	// maxWritten limits the text in a form, in characters.
	maxWritten = 3000
	// maxRerun limits how many pipelines are rerun at once.
	maxRerun = 5
)

// actionRun is an action that is being run.
type actionRun struct {
	apiClient
	session provider.Session
	request provider.ActionRequest
	subject state
}

// HandleAction runs an action of a commit's or pull request's card. It applies the result to the card at once; the delivery about it then
// changes nothing.
func (*Bitbucket) HandleAction(ctx context.Context, s provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	card, err := readState(c.State)
	if err != nil {
		return provider.ActionResult{}, err
	}
	a := actionRun{apiClient: newClient(s), session: s, request: c, subject: card}
	action := c.Action
	if action == actionMore {
		action = c.Values[valueSelected]
	}
	if action == actionRerun {
		return a.rerun(ctx)
	}
	if card.Pull == nil {
		return provider.ActionResult{}, fault.New(fault.InvalidInput)
	}
	if card.Pull.State != pullOpen {
		return provider.ActionResult{}, fault.New(fault.TooLate).With("Provider", s.Provider)
	}
	switch action {
	case actionApprove:
		return a.review(ctx, typeApproved, "")
	case actionReject:
		return a.review(ctx, typeChangesRequested, "")
	case choiceRetract:
		return a.review(ctx, typeReviewWithdrawn, verdictApproved)
	case choiceWithdraw:
		return a.review(ctx, typeReviewWithdrawn, verdictChanges)
	case actionMerge:
		return a.merge(ctx)
	case actionDecline:
		return a.decline(ctx)
	case actionComment, actionReply:
		return a.comment(ctx)
	}
	return provider.ActionResult{}, fault.New(fault.InvalidInput)
}

// actor returns the user who acts.
func (a actionRun) actor() person {
	if a.request.Account.Name == "" {
		return person{ID: a.request.Account.ID, Name: untrusted.Line(a.request.By, maxName)}
	}
	return person{ID: a.request.Account.ID, Name: untrusted.Line(a.request.Account.Name, maxName)}
}

// eventData returns what was done, with the pull request as it is now. Its time is right after what the card knows: clocks differ, and a
// newer delivery must not count as older.
func (a actionRun) eventData(now pullDetails, d eventType) eventData {
	return eventData{
		Repo: a.subject.Repo, By: a.actor(), At: untrusted.Latest(a.subject.At.Add(time.Millisecond), now.Updated),
		NoBuildEvents: a.session.Site.Kind == kindDataCenter, Pull: &now.pull, Type: d,
	}
}

// lookedUpEvent returns the event for a pull request that was looked up.
func (a actionRun) lookedUpEvent(now pullDetails) provider.Event {
	n := a.eventData(now, typeLookedUp)
	n.By = person{}
	return pullEvent(n)
}

// result looks the pull request up again and returns the result of the action.
func (a actionRun) result(ctx context.Context, d eventType) (provider.ActionResult, error) {
	now, err := a.pull(ctx, a.request.Resource.Path, a.subject.Pull.ID)
	if err != nil {
		// The action succeeded: the delivery will update the card.
		return provider.ActionResult{Note: chat.Say("bitbucket.note.done")}, nil //nolint:nilerr // the action succeeded
	}
	return provider.ActionResult{Events: []provider.Event{pullEvent(a.eventData(now, d))}}, nil
}

// handleRefusal checks whether an action was refused because the pull request has changed. If so, it updates the card and tells the user
// why. Any other error is returned with Bitbucket's message.
func (a actionRun) handleRefusal(ctx context.Context, err error) (provider.ActionResult, error) {
	if !fault.Is(err, fault.ProviderRefused, fault.ResourceUnknown) {
		return provider.ActionResult{}, withProviderMessage(err)
	}
	now, again := a.pull(ctx, a.request.Resource.Path, a.subject.Pull.ID)
	if again != nil {
		return provider.ActionResult{}, withProviderMessage(err)
	}
	if moved, ok := a.outdatedResult(now); ok {
		return moved, nil
	}
	return provider.ActionResult{}, withProviderMessage(err)
}

// outdatedResult returns the result if the pull request isn't what the card showed: it was closed or has other commits.
func (a actionRun) outdatedResult(now pullDetails) (provider.ActionResult, bool) {
	switch {
	case now.State != pullOpen:
		note := chat.Say("bitbucket.note.ended").WithMessage("State", pullAppearance(now.pull).message())
		return provider.ActionResult{Note: note, Events: []provider.Event{a.lookedUpEvent(now)}}, true
	case !sameCommit(now.Head, a.subject.Pull.Head):
		return provider.ActionResult{Note: chat.Say("bitbucket.note.pushed"), Events: []provider.Event{a.lookedUpEvent(now)}}, true
	}
	return provider.ActionResult{}, false
}

// review adds or withdraws the account's review.
func (a actionRun) review(ctx context.Context, d eventType, taken string) (provider.ActionResult, error) {
	err := a.apiClient.review(ctx, a.request.Resource.Path, a.subject.Pull.ID, d, taken)
	if d == typeReviewWithdrawn && fault.Is(err, fault.ResourceUnknown) {
		return provider.ActionResult{Note: chat.Say("bitbucket.note.not_given")}, nil
	}
	if err != nil {
		return a.handleRefusal(ctx, err)
	}
	return a.result(ctx, d)
}

// merge asks how to merge, and merges what the card showed: the user must see new commits first.
func (a actionRun) merge(ctx context.Context) (provider.ActionResult, error) {
	now, err := a.pull(ctx, a.request.Resource.Path, a.subject.Pull.ID)
	if err != nil {
		return provider.ActionResult{}, withProviderMessage(err)
	}
	if moved, ok := a.outdatedResult(now); ok {
		return moved, nil
	}
	side, hosted := a.apiClient.(dataCenter)
	if hosted {
		side.strategies(ctx, a.request.Resource.Path, &now)
	}
	if !a.request.Submitted {
		return provider.ActionResult{Form: mergeForm(now, !hosted)}, nil
	}
	m := mergeOptions{
		Strategy: a.request.Values[fieldStrategy], Message: strings.TrimSpace(a.request.Values[fieldMessage]), CloseSource: a.request.Values[fieldClose] == "true",
	}
	if m.Strategy == defaultStrategy {
		m.Strategy = ""
	}
	if err := a.apiClient.merge(ctx, a.request.Resource.Path, now, m); err != nil {
		return a.handleRefusal(ctx, err)
	}
	return a.result(ctx, typeMerged)
}

// decline asks for confirmation, because it may be final.
func (a actionRun) decline(ctx context.Context) (provider.ActionResult, error) {
	if !a.request.Submitted {
		return provider.ActionResult{Form: declineForm(a.subject.Pull.pull)}, nil
	}
	now, err := a.pull(ctx, a.request.Resource.Path, a.subject.Pull.ID)
	if err != nil {
		return provider.ActionResult{}, withProviderMessage(err)
	}
	if now.State != pullOpen {
		moved, _ := a.outdatedResult(now)
		return moved, nil
	}
	if err := a.apiClient.decline(ctx, a.request.Resource.Path, now); err != nil {
		return a.handleRefusal(ctx, err)
	}
	return a.result(ctx, typeDeclined)
}

// comment asks for a comment or reply and posts it.
func (a actionRun) comment(ctx context.Context) (provider.ActionResult, error) {
	parent, err := strconv.ParseInt(firstNonBlank(a.request.Values[valueComment], "0"), 10, 64)
	if err != nil || parent < 0 {
		return provider.ActionResult{}, fault.Wrap(errors.New("a comment without a number"), fault.InvalidInput)
	}
	if !a.request.Submitted {
		return provider.ActionResult{Form: commentForm(a.subject.Pull.pull, parent)}, nil
	}
	text := strings.TrimSpace(a.request.Values[fieldText])
	if text == "" {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldText, Message: chat.Say("bitbucket.form.no_text")}
	}
	made, err := a.apiClient.comment(ctx, a.request.Resource.Path, a.subject.Pull.ID, parent, text)
	if err != nil {
		return provider.ActionResult{}, withProviderMessage(err)
	}
	now, err := a.pull(ctx, a.request.Resource.Path, a.subject.Pull.ID)
	if err != nil {
		return provider.ActionResult{Note: chat.Say("bitbucket.note.done")}, nil //nolint:nilerr // it was posted, and its delivery updates the card
	}
	n := a.eventData(now, typeCommented)
	n.Comment = &made
	return provider.ActionResult{Events: []provider.Event{pullEvent(n)}}, nil
}

// rerun reruns the failed pipelines of the commit.
func (a actionRun) rerun(ctx context.Context) (provider.ActionResult, error) {
	side, ok := a.apiClient.(cloud)
	failed := rerunnableBuilds(a.subject.shown())
	if !ok || len(failed) == 0 {
		return provider.ActionResult{}, fault.New(fault.TooLate).With("Provider", a.session.Provider)
	}
	var names []string
	for _, b := range failed[:min(len(failed), maxRerun)] {
		if err := side.rerun(ctx, a.request.Resource.Path, b); err != nil {
			return provider.ActionResult{}, withProviderMessage(err)
		}
		names = append(names, chat.Truncate(b.label(), maxName))
	}
	text := chat.Say("bitbucket.reply.rerun", "Builds", strings.Join(names, ", ")).WithMessage("Who", actorName(a.actor()))
	return provider.ActionResult{Reply: chat.Reply{Text: text}}, nil
}
