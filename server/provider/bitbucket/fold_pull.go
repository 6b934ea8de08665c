package bitbucket

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// pulled is what is known of a pull request: the newest that a delivery showed of it, and what reviewers did since.
type pulled struct {
	pull
	// Shown is when the newest was shown, Listed when its reviewers were.
	Shown  time.Time `json:"shown,omitzero"`
	Listed time.Time `json:"listed,omitzero"`
	// Said is what single reviewers did, by their IDs, at Listed or after it.
	Said map[string]said `json:"said,omitempty"`
	// Closer ended it, at Closed.
	Closer person    `json:"closer,omitzero"`
	Closed time.Time `json:"closed,omitzero"`
}

// said is what a reviewer did, and when.
type said struct {
	Name    string    `json:"name"`
	Verdict string    `json:"verdict,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// pull folds something that happened to a pull request.
func (f *fold) pull() bool {
	var before *pull
	if f.Pull != nil {
		view := f.Pull.view()
		before = &view
	}
	next := f.Pull.with(f.n)
	f.Pull = &next
	f.takeOver()
	after := next.view()
	if after.Head != "" {
		f.change.Aliases = []string{head(after.Head)}
	}
	f.change.Kind = kindPull
	switch f.n.Did {
	case didComment:
		f.change.Kind = kindComment
		f.comment()
	case didApprove, didReject, didRetract:
		f.change.Kind = kindReview
	}
	if before == nil {
		f.change.ResultChanged = true
		f.begin(after)
	} else {
		f.change.ResultChanged = pullLook(*before) != pullLook(after)
		f.differ(*before, after)
	}
	return true
}

// begin tells of what happened where nothing was known before: that it was opened is on the card already.
func (f *fold) begin(after pull) {
	if verdict := f.n.Did.verdict(); verdict != "" {
		f.say(verdictReply(verdict), f.n.By)
	}
	if after.State == pullMerged {
		f.change.Kind = kindMerged
	}
	if after.State == pullOpen {
		f.look(after.Head, after.From)
	}
}

// differ tells of each difference that the event makes.
func (f *fold) differ(before, after pull) {
	by := f.n.By
	if before.State != after.State {
		f.closed(after)
		f.change.Resurface = after.State == pullOpen
	}
	if before.Head != after.Head && after.State == pullOpen {
		f.say("bitbucket.reply.pushed", by, "Commit", chat.Link(short(after.Head), f.Repo.commitURL(after.Head)))
		f.look(after.Head, after.From)
	}
	if before.Title != after.Title {
		f.say("bitbucket.reply.retitled", by, "Title", chat.Escape(after.Title))
	}
	if before.To != after.To {
		f.say("bitbucket.reply.retargeted", by, "Branch", chat.Code(after.To))
	}
	if before.draft() != after.draft() && after.State == pullOpen {
		if after.draft() {
			f.say("bitbucket.reply.drafted", by)
		} else {
			f.say("bitbucket.reply.ready", by)
		}
	}
	f.reviewed(before, after)
}

// closed tells of an end, or that it goes on.
func (f *fold) closed(after pull) {
	who := f.Pull.Closer
	if who == (person{}) {
		who = f.n.By
	}
	switch after.State {
	case pullMerged:
		f.change.Kind = kindMerged
		f.say("bitbucket.reply.merged", who, "Branch", chat.Code(after.To))
	case pullDeclined:
		f.say("bitbucket.reply.declined", who)
	case pullSuperseded:
		f.say("bitbucket.reply.superseded", who)
	case pullDeleted:
		f.say("bitbucket.reply.deleted", who)
	default:
		f.say("bitbucket.reply.reopened", f.n.By)
	}
}

// reviewed tells of new reviewers and changed verdicts.
func (f *fold) reviewed(before, after pull) {
	known := map[string]reviewer{}
	for _, r := range before.Reviewers {
		known[r.ID] = r
	}
	var asked []string
	for _, r := range after.Reviewers {
		was, there := known[r.ID]
		switch {
		case r.Verdict != was.Verdict && r.Verdict == "":
			f.say("bitbucket.reply.retracted", r.person)
		case r.Verdict != was.Verdict:
			f.say(verdictReply(r.Verdict), r.person)
		case !there:
			asked = append(asked, chat.Escape(r.Name))
		}
		if r.Verdict != was.Verdict && f.change.Kind == kindPull && f.n.Did != didMerge && f.n.Did != didDecline {
			f.change.Kind = kindReview
		}
	}
	if len(asked) > 0 {
		f.say("bitbucket.reply.asked", f.n.By, "Reviewers", strings.Join(asked, ", "))
	}
}

// verdictReply returns the sentence for a verdict.
func verdictReply(verdict string) string {
	if verdict == verdictChanges {
		return "bitbucket.reply.changes"
	}
	return "bitbucket.reply.approved"
}

// commentReply returns the line for a comment: its first words, and a button to answer.
func (f *fold) commentReply() chat.Reply {
	c := f.n.Comment
	reply := chat.Reply{Text: c.said(f.n.By)}
	if f.Pull != nil && f.Pull.State == pullOpen {
		reply.Actions = []chat.Action{{
			ID: actionReply, Label: chat.Say("bitbucket.action.reply"), Values: map[string]string{valueComment: itoa(c.ID)},
		}}
	}
	return reply
}

// said returns the first words of the comment in a sentence.
func (c comment) said(by person) chat.Message {
	if c.Path == "" {
		return chat.Say("bitbucket.comment.said").WithMessage("Who", called(by)).WithMessage("Excerpt", excerpt(c.Excerpt))
	}
	place := c.Path
	if c.Line > 0 {
		place += ":" + itoa(int64(c.Line))
	}
	where := chat.Say("bitbucket.comment.place", "Place", chat.Code(place))
	return chat.Say("bitbucket.comment.said_at").WithMessage("Who", called(by)).WithMessage("Where", where).WithMessage("Excerpt", excerpt(c.Excerpt))
}

// with returns what is known after the news.
func (p *pulled) with(n news) pulled {
	if p == nil {
		p = &pulled{}
	}
	next := *p
	if p.ID == 0 || p.compare(n) < 0 {
		reviewers := next.Reviewers
		next.pull, next.Shown = n.Pull.over(p.pull), n.At
		next.Reviewers, next.Asked, next.Judged = reviewers, false, false
		next.State = first(n.Pull.State, n.Did.ends(), p.State, pullOpen)
	}
	if p.ID == 0 || n.At.After(p.Listed) {
		next.Reviewers, next.Listed = listed(p.Reviewers, *n.Pull), n.At
	}
	next.Said = next.heard(n)
	switch n.Did {
	case didMerge, didDecline, didDelete:
		if n.At.After(next.Closed) {
			next.Closer, next.Closed = n.By, n.At
		}
	}
	return next
}

// heard returns what single reviewers did since all of them were listed, the news included.
func (p *pulled) heard(n news) map[string]said {
	all := map[string]said{}
	for id, s := range p.Said {
		if !s.At.Before(p.Listed) {
			all[id] = s
		}
	}
	switch n.Did {
	case didApprove, didReject, didRetract:
	default:
		return all
	}
	if known, ok := all[n.By.ID]; n.By.ID != "" && !n.At.Before(p.Listed) && (!ok || n.At.After(known.At)) {
		all[n.By.ID] = said{Name: n.By.Name, Verdict: n.Did.verdict(), At: n.At}
	}
	return all
}

// compare tells what is known from the news: less than 0 when the news are newer.
func (p *pulled) compare(n news) int {
	return cmp.Or(
		cmp.Compare(p.Version, n.Pull.Version),
		p.Updated.Compare(n.Pull.Updated),
		cmp.Compare(rank(p.State), rank(n.Pull.State)),
		p.Shown.Compare(n.At),
	)
}

// rank has what is over count more than what is open, at one time.
func rank(state string) int {
	return slices.Index([]string{pullOpen, pullDeclined, pullSuperseded, pullMerged, pullDeleted}, state)
}

// view returns the pull request with the reviewers as they stand.
func (p *pulled) view() pull {
	view := p.pull
	view.Reviewers = slices.Clone(p.Reviewers)
	for i, r := range view.Reviewers {
		if s, ok := p.Said[r.ID]; ok {
			view.Reviewers[i].Verdict = s.Verdict
		}
	}
	for id, s := range p.Said {
		if s.Verdict != "" && !slices.ContainsFunc(view.Reviewers, func(r reviewer) bool { return r.ID == id }) {
			view.Reviewers = append(view.Reviewers, reviewer{person: person{ID: id, Name: s.Name}, Verdict: s.Verdict})
		}
	}
	slices.SortStableFunc(view.Reviewers, func(a, b reviewer) int {
		return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID)
	})
	return view
}
