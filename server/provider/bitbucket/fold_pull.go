package bitbucket

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// pullState is the state of a pull request: the newest one in a delivery, and the reviews since then.
type pullState struct {
	pull
	// ShownAt is the time of the newest state, ListedAt of its reviewers.
	ShownAt  time.Time `json:"shown_at,omitzero"`
	ListedAt time.Time `json:"listed_at,omitzero"`
	// Reviews has the reviews by reviewer ID, at or after ListedAt.
	Reviews map[string]review `json:"reviews,omitempty"`
	// Closer closed it, at ClosedAt.
	Closer   person    `json:"closer,omitzero"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
}

// review is a reviewer's verdict, and when it was given.
type review struct {
	Name    string    `json:"name"`
	Verdict string    `json:"verdict,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// foldPull applies an event about a pull request.
func (f *fold) foldPull() bool {
	var before *pull
	if f.Pull != nil {
		view := f.Pull.view()
		before = &view
	}
	next := f.Pull.merge(f.data)
	f.Pull = &next
	f.adoptBuilds()
	after := next.view()
	if after.Head != "" {
		f.change.Aliases = []string{headAlias(after.Head)}
	}
	f.change.Kind = kindPull
	switch f.data.Type {
	case typeCommented:
		f.change.Kind = kindComment
		f.addComment()
	case typeApproved, typeChangesRequested, typeReviewWithdrawn:
		f.change.Kind = kindReview
	}
	if before == nil {
		f.change.ResultChanged = true
		f.replyFirst(after)
	} else {
		f.change.ResultChanged = pullAppearance(*before) != pullAppearance(after)
		f.replyChanges(*before, after)
	}
	return true
}

// replyFirst posts what the first event says beyond the card, which already shows that the pull request is open.
func (f *fold) replyFirst(after pull) {
	if verdict := f.data.Type.verdict(); verdict != "" {
		f.replyWithActor(chat.Say(verdictMessageID(verdict)), f.data.By)
	}
	if after.State == pullMerged {
		f.change.Kind = kindMerged
	}
	if after.State == pullOpen {
		f.requestBuilds(after.Head, after.From)
	}
}

// replyChanges posts each difference that the event makes.
func (f *fold) replyChanges(before, after pull) {
	by := f.data.By
	if before.State != after.State {
		f.replyClosed(after)
		f.change.Resurface = after.State == pullOpen
	}
	if before.Head != after.Head && after.State == pullOpen {
		f.replyWithActor(chat.Say("bitbucket.reply.pushed").WithText("Commit", chat.Link(abbreviate(after.Head), f.Repo.commitURL(after.Head))), by)
		f.requestBuilds(after.Head, after.From)
	}
	if before.Title != after.Title {
		f.replyWithActor(chat.Say("bitbucket.reply.retitled", "Title", after.Title), by)
	}
	if before.To != after.To {
		f.replyWithActor(chat.Say("bitbucket.reply.retargeted").WithText("Branch", chat.Code(after.To)), by)
	}
	if before.draft() != after.draft() && after.State == pullOpen {
		if after.draft() {
			f.replyWithActor(chat.Say("bitbucket.reply.drafted"), by)
		} else {
			f.replyWithActor(chat.Say("bitbucket.reply.ready"), by)
		}
	}
	f.replyReviews(before, after)
}

// replyClosed posts that the pull request was closed or reopened.
func (f *fold) replyClosed(after pull) {
	who := f.Pull.Closer
	if who == (person{}) {
		who = f.data.By
	}
	switch after.State {
	case pullMerged:
		f.change.Kind = kindMerged
		f.replyWithActor(chat.Say("bitbucket.reply.merged").WithText("Branch", chat.Code(after.To)), who)
	case pullDeclined:
		f.replyWithActor(chat.Say("bitbucket.reply.declined"), who)
	case pullSuperseded:
		f.replyWithActor(chat.Say("bitbucket.reply.superseded"), who)
	case pullDeleted:
		f.replyWithActor(chat.Say("bitbucket.reply.deleted"), who)
	default:
		f.replyWithActor(chat.Say("bitbucket.reply.reopened"), f.data.By)
	}
}

// replyReviews posts new reviewers and changed verdicts.
func (f *fold) replyReviews(before, after pull) {
	known := map[string]reviewer{}
	for _, r := range before.Reviewers {
		known[r.ID] = r
	}
	var asked []string
	for _, r := range after.Reviewers {
		was, there := known[r.ID]
		switch {
		case r.Verdict != was.Verdict && r.Verdict == "":
			f.replyWithActor(chat.Say("bitbucket.reply.retracted"), r.person)
		case r.Verdict != was.Verdict:
			f.replyWithActor(chat.Say(verdictMessageID(r.Verdict)), r.person)
		case !there:
			asked = append(asked, r.Name)
		}
		if r.Verdict != was.Verdict && f.change.Kind == kindPull && f.data.Type != typeMerged && f.data.Type != typeDeclined {
			f.change.Kind = kindReview
		}
	}
	if len(asked) > 0 {
		f.replyWithActor(chat.Say("bitbucket.reply.asked", "Reviewers", strings.Join(asked, ", ")), f.data.By)
	}
}

// verdictMessageID returns the message ID for a verdict.
func verdictMessageID(verdict string) string {
	if verdict == verdictChanges {
		return "bitbucket.reply.changes"
	}
	return "bitbucket.reply.approved"
}

// commentReply returns the reply for a comment: an excerpt and a button to reply.
func (f *fold) commentReply() chat.Reply {
	c := f.data.Comment
	reply := chat.Reply{Text: c.sentence(f.data.By)}
	if f.Pull != nil && f.Pull.State == pullOpen {
		reply.Actions = []chat.Action{{
			ID: actionReply, Label: chat.Say("bitbucket.action.reply"), Values: map[string]string{valueComment: itoa(c.ID)},
		}}
	}
	return reply
}

// sentence returns a sentence with the comment's excerpt.
func (c comment) sentence(by person) chat.Message {
	if c.Path == "" {
		return chat.Say("bitbucket.comment.said").WithMessage("Who", actorName(by)).WithMessage("Excerpt", excerpt(c.Excerpt))
	}
	place := c.Path
	if c.Line > 0 {
		place += ":" + itoa(int64(c.Line))
	}
	where := chat.Say("bitbucket.comment.place").WithText("Place", chat.Code(place))
	return chat.Say("bitbucket.comment.said_at").WithMessage("Who", actorName(by)).WithMessage("Where", where).WithMessage("Excerpt", excerpt(c.Excerpt))
}

// merge returns the state after the event.
func (p *pullState) merge(n eventData) pullState {
	if p == nil {
		p = &pullState{}
	}
	next := *p
	if p.ID == 0 || p.compare(n) < 0 {
		reviewers := next.Reviewers
		next.pull, next.ShownAt = n.Pull.fillFrom(p.pull), n.At
		next.Reviewers, next.ListsReviewers, next.ListsVerdicts = reviewers, false, false
		next.State = firstNonBlank(n.Pull.State, n.Type.endState(), p.State, pullOpen)
	}
	if p.ID == 0 || n.At.After(p.ListedAt) {
		next.Reviewers, next.ListedAt = mergeReviewers(p.Reviewers, *n.Pull), n.At
	}
	next.Reviews = next.mergeReviews(n)
	switch n.Type {
	case typeMerged, typeDeclined, typeDeleted:
		if n.At.After(next.ClosedAt) {
			next.Closer, next.ClosedAt = n.By, n.At
		}
	}
	return next
}

// mergeReviews returns the reviews since the reviewers were listed, with the event's.
func (p *pullState) mergeReviews(n eventData) map[string]review {
	all := map[string]review{}
	for id, s := range p.Reviews {
		if !s.At.Before(p.ListedAt) {
			all[id] = s
		}
	}
	switch n.Type {
	case typeApproved, typeChangesRequested, typeReviewWithdrawn:
	default:
		return all
	}
	if known, ok := all[n.By.ID]; n.By.ID != "" && !n.At.Before(p.ListedAt) && (!ok || n.At.After(known.At)) {
		all[n.By.ID] = review{Name: n.By.Name, Verdict: n.Type.verdict(), At: n.At}
	}
	return all
}

// compare returns less than 0 if the event is newer than the known state.
func (p *pullState) compare(n eventData) int {
	return cmp.Or(
		cmp.Compare(p.Version, n.Pull.Version),
		p.Updated.Compare(n.Pull.Updated),
		cmp.Compare(stateRank(p.State), stateRank(n.Pull.State)),
		p.ShownAt.Compare(n.At),
	)
}

// stateRank ranks a closed pull request above an open one at the same time.
func stateRank(state string) int {
	return slices.Index([]string{pullOpen, pullDeclined, pullSuperseded, pullMerged, pullDeleted}, state)
}

// view returns the pull request with the current verdicts.
func (p *pullState) view() pull {
	view := p.pull
	view.Reviewers = slices.Clone(p.Reviewers)
	for i, r := range view.Reviewers {
		if s, ok := p.Reviews[r.ID]; ok {
			view.Reviewers[i].Verdict = s.Verdict
		}
	}
	for id, s := range p.Reviews {
		if s.Verdict != "" && !slices.ContainsFunc(view.Reviewers, func(r reviewer) bool { return r.ID == id }) {
			view.Reviewers = append(view.Reviewers, reviewer{person: person{ID: id, Name: s.Name}, Verdict: s.Verdict})
		}
	}
	slices.SortStableFunc(view.Reviewers, func(a, b reviewer) int {
		return strings.Compare(a.Name+"\x00"+a.ID, b.Name+"\x00"+b.ID)
	})
	return view
}
