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

// acting is one action under way.
type acting struct {
	remote
	s    provider.Session
	c    provider.ActionRequest
	card state
}

// HandleAction carries out an action on the card of a commit or pull request. What it changed is read back and applied to the card at once;
// the delivery that tells the same changes nothing more.
func (*Bitbucket) HandleAction(ctx context.Context, s provider.Session, c provider.ActionRequest) (provider.ActionResult, error) {
	card, err := readState(c.State)
	if err != nil {
		return provider.ActionResult{}, err
	}
	a := acting{remote: remoteOf(s), s: s, c: c, card: card}
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
		return a.judge(ctx, didApprove, "")
	case actionReject:
		return a.judge(ctx, didReject, "")
	case choiceRetract:
		return a.judge(ctx, didRetract, verdictApproved)
	case choiceWithdraw:
		return a.judge(ctx, didRetract, verdictChanges)
	case actionMerge:
		return a.merge(ctx)
	case actionDecline:
		return a.decline(ctx)
	case actionComment, actionReply:
		return a.comment(ctx)
	}
	return provider.ActionResult{}, fault.New(fault.InvalidInput)
}

// by returns who acts, as a person at Bitbucket.
func (a acting) by() person {
	if a.c.Account.Name == "" {
		return person{ID: a.c.Account.ID, Name: cleaned(a.c.By, maxName)}
	}
	return person{ID: a.c.Account.ID, Name: cleaned(a.c.Account.Name, maxName)}
}

// news returns what was done, with the pull request as it is now. Its time is right after what the card knows of: this server's clock is
// not the tool's, and must not have later news pass for old.
func (a acting) news(now shownPull, d deed) news {
	return news{
		Repo: a.card.Repo, By: a.by(), At: latest(a.card.At.Add(time.Millisecond), now.Updated),
		Silent: a.s.Site.Kind == kindDataCenter, Pull: &now.pull, Did: d,
	}
}

// refreshed returns the event of somebody having looked.
func (a acting) refreshed(now shownPull) provider.Event {
	n := a.news(now, didRefresh)
	n.By = person{}
	return pullEvent(n)
}

// done reads back what the action came to.
func (a acting) done(ctx context.Context, d deed) (provider.ActionResult, error) {
	now, err := a.pull(ctx, a.c.Resource.Path, a.card.Pull.ID)
	if err != nil {
		// It is done all the same: the tool's own delivery will tell of it.
		return provider.ActionResult{Note: chat.Say("bitbucket.note.done")}, nil //nolint:nilerr // said above
	}
	return provider.ActionResult{Events: []provider.Event{pullEvent(a.news(now, d))}}, nil
}

// refused finds out whether an action was refused because the pull request has moved on; then its card is brought up to date, and who
// acted is told why. Any other refusal is returned with the tool's words.
func (a acting) refused(ctx context.Context, err error) (provider.ActionResult, error) {
	if !fault.Is(err, fault.ProviderRefused, fault.ResourceUnknown) {
		return provider.ActionResult{}, explained(err)
	}
	now, again := a.pull(ctx, a.c.Resource.Path, a.card.Pull.ID)
	if again != nil {
		return provider.ActionResult{}, explained(err)
	}
	if moved, ok := a.moved(now); ok {
		return moved, nil
	}
	return provider.ActionResult{}, explained(err)
}

// moved returns what to answer where the pull request is no more what the card showed: ended, or with other commits.
func (a acting) moved(now shownPull) (provider.ActionResult, bool) {
	switch {
	case now.State != pullOpen:
		note := chat.Say("bitbucket.note.ended").WithMessage("State", pullLook(now.pull).message())
		return provider.ActionResult{Note: note, Events: []provider.Event{a.refreshed(now)}}, true
	case !sameCommit(now.Head, a.card.Pull.Head):
		return provider.ActionResult{Note: chat.Say("bitbucket.note.pushed"), Events: []provider.Event{a.refreshed(now)}}, true
	}
	return provider.ActionResult{}, false
}

// judge gives the account's verdict, or takes it back.
func (a acting) judge(ctx context.Context, d deed, taken string) (provider.ActionResult, error) {
	err := a.remote.judge(ctx, a.c.Resource.Path, a.card.Pull.ID, d, taken)
	if d == didRetract && fault.Is(err, fault.ResourceUnknown) {
		return provider.ActionResult{Note: chat.Say("bitbucket.note.not_given")}, nil
	}
	if err != nil {
		return a.refused(ctx, err)
	}
	return a.done(ctx, d)
}

// merge asks how, and then merges what the card showed: commits that came meanwhile are to be seen first.
func (a acting) merge(ctx context.Context) (provider.ActionResult, error) {
	now, err := a.pull(ctx, a.c.Resource.Path, a.card.Pull.ID)
	if err != nil {
		return provider.ActionResult{}, explained(err)
	}
	if moved, ok := a.moved(now); ok {
		return moved, nil
	}
	side, hosted := a.remote.(dataCenter)
	if hosted {
		side.strategies(ctx, a.c.Resource.Path, &now)
	}
	if !a.c.Submitted {
		return provider.ActionResult{Form: mergeForm(now, !hosted)}, nil
	}
	m := merging{
		Strategy: a.c.Values[fieldStrategy], Message: strings.TrimSpace(a.c.Values[fieldMessage]), CloseSource: a.c.Values[fieldClose] == "true",
	}
	if m.Strategy == usualStrategy {
		m.Strategy = ""
	}
	if err := a.remote.merge(ctx, a.c.Resource.Path, now, m); err != nil {
		return a.refused(ctx, err)
	}
	return a.done(ctx, didMerge)
}

// decline asks first, as there may be no way back.
func (a acting) decline(ctx context.Context) (provider.ActionResult, error) {
	if !a.c.Submitted {
		return provider.ActionResult{Form: declineForm(a.card.Pull.pull)}, nil
	}
	now, err := a.pull(ctx, a.c.Resource.Path, a.card.Pull.ID)
	if err != nil {
		return provider.ActionResult{}, explained(err)
	}
	if now.State != pullOpen {
		moved, _ := a.moved(now)
		return moved, nil
	}
	if err := a.remote.decline(ctx, a.c.Resource.Path, now); err != nil {
		return a.refused(ctx, err)
	}
	return a.done(ctx, didDecline)
}

// comment asks what to say, and says it: to the pull request, or in answer to a comment.
func (a acting) comment(ctx context.Context) (provider.ActionResult, error) {
	parent, err := strconv.ParseInt(first(a.c.Values[valueComment], "0"), 10, 64)
	if err != nil || parent < 0 {
		return provider.ActionResult{}, fault.Wrap(errors.New("a comment without a number"), fault.InvalidInput)
	}
	if !a.c.Submitted {
		return provider.ActionResult{Form: commentForm(a.card.Pull.pull, parent)}, nil
	}
	text := strings.TrimSpace(a.c.Values[fieldText])
	if text == "" {
		return provider.ActionResult{}, &provider.FieldError{Field: fieldText, Message: chat.Say("bitbucket.form.no_text")}
	}
	made, err := a.remote.comment(ctx, a.c.Resource.Path, a.card.Pull.ID, parent, text)
	if err != nil {
		return provider.ActionResult{}, explained(err)
	}
	now, err := a.pull(ctx, a.c.Resource.Path, a.card.Pull.ID)
	if err != nil {
		return provider.ActionResult{Note: chat.Say("bitbucket.note.done")}, nil //nolint:nilerr // it is said, and its delivery will tell of it
	}
	n := a.news(now, didComment)
	n.Comment = &made
	return provider.ActionResult{Events: []provider.Event{pullEvent(n)}}, nil
}

// rerun has the failed pipelines of the commit run again.
func (a acting) rerun(ctx context.Context) (provider.ActionResult, error) {
	side, ok := a.remote.(cloud)
	failed := rerunnable(a.card.shown())
	if !ok || len(failed) == 0 {
		return provider.ActionResult{}, fault.New(fault.TooLate).With("Provider", a.s.Provider)
	}
	var names []string
	for _, b := range failed[:min(len(failed), maxRerun)] {
		if err := side.rerun(ctx, a.c.Resource.Path, b); err != nil {
			return provider.ActionResult{}, explained(err)
		}
		names = append(names, chat.Escape(chat.Truncate(b.label(), maxName)))
	}
	told := chat.Say("bitbucket.reply.rerun", "Builds", strings.Join(names, ", ")).WithMessage("Who", called(a.by()))
	return provider.ActionResult{Reply: chat.Reply{Text: told}}, nil
}
