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

// What comes with clicks and forms.
const (
	valueComment  = "comment"
	valueSelected = "selected"
	fieldText     = "text"
	fieldStrategy = "strategy"
	fieldMessage  = "message"
	fieldClose    = "close_source"
)

const (
	// maxWritten is the longest text that can be written in a form.
	maxWritten = 3000
	// maxRerun is how many pipelines are run again at once.
	maxRerun = 5
)

// actionRun is one action under way.
type actionRun struct {
	apiClient
	session provider.Session
	request provider.ActionRequest
	subject state
}

// HandleAction carries out an action on the card of a commit or pull request. What it changed is read back and applied to the card at once;
// the delivery that tells the same changes nothing more.
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

// actor returns who acts, as a person at Bitbucket.
func (a actionRun) actor() person {
	if a.request.Account.Name == "" {
		return person{ID: a.request.Account.ID, Name: untrusted.Line(a.request.By, maxName)}
	}
	return person{ID: a.request.Account.ID, Name: untrusted.Line(a.request.Account.Name, maxName)}
}

// eventData returns what was done, with the pull request as it is now. Its time is right after what the card knows of: this server's clock is
// not the tool's, and must not have later news pass for old.
func (a actionRun) eventData(now pullDetails, d eventType) eventData {
	return eventData{
		Repo: a.subject.Repo, By: a.actor(), At: untrusted.Latest(a.subject.At.Add(time.Millisecond), now.Updated),
		NoBuildEvents: a.session.Site.Kind == kindDataCenter, Pull: &now.pull, Type: d,
	}
}

// lookedUpEvent returns the event of somebody having looked.
func (a actionRun) lookedUpEvent(now pullDetails) provider.Event {
	n := a.eventData(now, typeLookedUp)
	n.By = person{}
	return pullEvent(n)
}

// result reads back what the action came to.
func (a actionRun) result(ctx context.Context, d eventType) (provider.ActionResult, error) {
	now, err := a.pull(ctx, a.request.Resource.Path, a.subject.Pull.ID)
	if err != nil {
		// It is done all the same: the tool's own delivery will tell of it.
		return provider.ActionResult{Note: chat.Say("bitbucket.note.done")}, nil //nolint:nilerr // said above
	}
	return provider.ActionResult{Events: []provider.Event{pullEvent(a.eventData(now, d))}}, nil
}

// handleRefusal finds out whether an action was refused because the pull request has moved on; then its card is brought up to date, and who
// acted is told why. Any other refusal is returned with the tool's words.
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

// outdatedResult returns what to answer where the pull request is no more what the card showed: ended, or with other commits.
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

// review gives the account's verdict, or takes it back.
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

// merge asks how, and then merges what the card showed: commits that came meanwhile are to be seen first.
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

// decline asks first, as there may be no way back.
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

// comment asks what to say, and says it: to the pull request, or in answer to a comment.
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
		return provider.ActionResult{Note: chat.Say("bitbucket.note.done")}, nil //nolint:nilerr // it is said, and its delivery will tell of it
	}
	n := a.eventData(now, typeCommented)
	n.Comment = &made
	return provider.ActionResult{Events: []provider.Event{pullEvent(n)}}, nil
}

// rerun has the failed pipelines of the commit run again.
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
		names = append(names, chat.Escape(chat.Truncate(b.label(), maxName)))
	}
	told := chat.Say("bitbucket.reply.rerun", "Builds", strings.Join(names, ", ")).WithMessage("Who", actorName(a.actor()))
	return provider.ActionResult{Reply: chat.Reply{Text: told}}, nil
}
