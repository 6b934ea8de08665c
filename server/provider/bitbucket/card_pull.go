package bitbucket

import (
	"slices"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// The actions of cards and replies.
const (
	actionApprove = "approve"
	actionReject  = "requestchanges"
	actionMerge   = "merge"
	actionDecline = "decline"
	actionComment = "comment"
	actionReply   = "reply"
	actionRerun   = "rerun"
	// actionMore is a menu for rarely used actions. Its options are some of the others and these.
	actionMore     = "more"
	choiceRetract  = "unapprove"
	choiceWithdraw = "withdraw"
)

// maxReviewerNames limits the reviewers named on a card.
const maxReviewerNames = 10

// pullAppearance returns how a pull request looks.
func pullAppearance(p pull) appearance {
	switch p.State {
	case pullMerged:
		return appearance{"white_check_mark", chat.ToneSuccess, "merged"}
	case pullDeclined:
		return appearance{"no_entry_sign", chat.ToneInactive, "declined"}
	case pullSuperseded:
		return appearance{"no_entry_sign", chat.ToneInactive, "superseded"}
	case pullDeleted:
		return appearance{"wastebasket", chat.ToneInactive, "deleted"}
	}
	approved := false
	for _, r := range p.Reviewers {
		if r.Verdict == verdictChanges {
			return appearance{"warning", chat.ToneWarning, "changes"}
		}
		approved = approved || r.Verdict == verdictApproved
	}
	switch {
	case p.draft():
		return appearance{"construction", chat.ToneNeutral, "draft"}
	case approved:
		return appearance{"thumbsup", chat.ToneSuccess, "approved"}
	}
	return appearance{"twisted_rightwards_arrows", chat.ToneRunning, "open"}
}

// pullCard draws a pull request.
func (s state) pullCard(card *chat.Card) {
	p, builds := s.Pull.view(), s.shown()
	setAppearance(card, pullAppearance(p))
	card.Open = p.State == pullOpen
	if p.State == pullOpen && countBuilds(builds).failed > 0 {
		card.Tone = chat.ToneFailure
	}
	card.Title = "#" + itoa(p.ID) + " " + p.Title
	card.URL, card.Author = p.URL, p.Author.Name
	card.Text = provider.JoinLines(
		chat.Say("bitbucket.pull.branches").WithText("From", branchCode(p.From)).WithText("To", branchCode(p.To)),
		s.closedByText(p),
	)
	addField(card, chat.Say("bitbucket.field.reviewers"), reviewers(p.Reviewers), true)
	addField(card, chat.Say("bitbucket.field.builds"), provider.JoinLines(summary(builds), s.streakText()), true)
	if p.Merge != "" && p.State == pullMerged {
		addField(card, chat.Say("bitbucket.field.commit"), chat.VerbatimText(chat.Link(abbreviate(p.Merge), s.Repo.commitURL(p.Merge))), false)
	}
	if p.State == pullOpen {
		card.Actions = pullActions(p, builds)
	}
}

// branchCode returns a branch as code, or a dash if it isn't known.
func branchCode(name string) chat.Text {
	if code := chat.Code(chat.Truncate(name, maxName)); !code.Empty() {
		return code
	}
	return chat.Plain("–")
}

// closedByText says who closed the pull request.
func (s state) closedByText(p pull) chat.Message {
	if p.State == pullOpen || s.Pull.Closer.Name == "" {
		return chat.Message{}
	}
	return chat.Say("bitbucket.ended."+p.State).WithMessage("Who", actorName(s.Pull.Closer))
}

// reviewers lists the reviewers with their verdicts, those with a verdict first.
func reviewers(all []reviewer) chat.Message {
	var parts []chat.Message
	for _, verdict := range []string{verdictChanges, verdictApproved, ""} {
		for _, r := range all {
			if r.Verdict == verdict && len(parts) < maxReviewerNames {
				parts = append(parts, chat.Say("bitbucket.reviewer."+firstNonBlank(verdict, "asked")).WithMessage("Who", actorName(r.person)))
			}
		}
	}
	return joinComma(append(parts, moreText(len(all), len(parts)))...)
}

// pullActions returns the actions of an open pull request.
func pullActions(p pull, builds []build) []chat.Action {
	button := func(id string, tone chat.Tone) chat.Action {
		return chat.Action{ID: id, Label: chat.Say("bitbucket.action." + id), Tone: tone}
	}
	actions := []chat.Action{button(actionApprove, chat.ToneSuccess), button(actionReject, chat.ToneNeutral)}
	if !p.draft() {
		actions = append(actions, button(actionMerge, chat.ToneNeutral))
	}
	actions = append(actions, button(actionDecline, chat.ToneFailure), button(actionComment, chat.ToneNeutral))
	var choices []string
	if slices.ContainsFunc(p.Reviewers, func(r reviewer) bool { return r.Verdict == verdictApproved }) {
		choices = append(choices, choiceRetract)
	}
	if slices.ContainsFunc(p.Reviewers, func(r reviewer) bool { return r.Verdict == verdictChanges }) {
		choices = append(choices, choiceWithdraw)
	}
	if len(rerunnableBuilds(builds)) > 0 {
		choices = append(choices, actionRerun)
	}
	if len(choices) == 0 {
		return actions
	}
	menu := button(actionMore, chat.ToneNeutral)
	for _, choice := range choices {
		menu.Options = append(menu.Options, chat.Option{Label: chat.Say("bitbucket.action." + choice), Value: choice})
	}
	return append(actions, menu)
}

// rerunnableBuilds returns the failed or stopped builds that Bitbucket can rerun: those of its own Pipelines.
func rerunnableBuilds(builds []build) []build {
	var found []build
	for _, b := range builds {
		if (b.State == buildFailed || b.State == buildStopped) && b.pipeline() && b.Branch != "" {
			found = append(found, b)
		}
	}
	return found
}
