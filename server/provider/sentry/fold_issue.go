package sentry

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxRecent is how many events are remembered that came after the last count.
	maxRecent = 100
	// maxComments is how many comments are remembered by their numbers, so that none is told twice.
	maxComments = 100
	// maxActivities is how many things are remembered that are known by their names alone, so that none is told twice.
	maxActivities = 20
	// maxChosen is how many channels are remembered that alert rules have sent an issue to.
	maxChosen = 20
)

// known is what is known of an issue: the newest that was shown of it, its newest event, and who did what.
type known struct {
	ID      string  `json:"id"`
	Short   string  `json:"short,omitempty"`
	URL     string  `json:"url,omitempty"`
	Project project `json:"project,omitzero"`
	// Shown is how it was shown last, which was heard at Heard.
	Shown snapshot  `json:"shown,omitzero"`
	Heard time.Time `json:"heard,omitzero"`
	Count int64     `json:"count,omitempty"`
	Users int64     `json:"users,omitempty"`
	First time.Time `json:"first,omitzero"`
	// Recent are the events after those that were counted.
	Recent []recent `json:"recent,omitempty"`
	// Event is the newest of which more is known, Rule the alert rule that sent it.
	Event *occurrence `json:"event,omitempty"`
	Rule  string      `json:"rule,omitempty"`
	// Did are who did what last.
	Did      map[deed]done         `json:"did,omitempty"`
	Comments []remark              `json:"comments,omitempty"`
	Expected provider.PendingNotes `json:"expected,omitempty"`
	Chosen   []string              `json:"chosen,omitempty"`
	// Seer are its latest steps; Contact is who wrote a user's feedback, where that may be told.
	Seer steps `json:"seer,omitempty"`
	// Activities are the latest things that are known by their names alone, by the beginnings of their events' IDs.
	Activities []string `json:"activities,omitempty"`
	Contact    string   `json:"contact,omitempty"`

	Unsigned bool `json:"unsigned,omitempty"`
	Sample   bool `json:"sample,omitempty"`
}

// recent is an event by the beginning of its ID.
type recent struct {
	ID string    `json:"id"`
	At time.Time `json:"at,omitzero"`
}

// done is who did something, and when.
type done struct {
	By actor     `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
}

// remark is a comment that was told.
type remark struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at,omitzero"`
	Action string    `json:"action"`
}

// issue folds something that happened to an issue.
func (f *fold) issue() {
	was := f.Issue
	next := known{ID: f.n.Issue.ID}
	if was != nil {
		next = *was
	}
	f.Issue = &next
	next.about(f.n)
	next.hear(f.n)
	switch {
	case f.n.Did == didExpect && f.n.Comment != nil:
		next.Expected = next.Expected.Add(provider.PendingNote{Text: fingerprint(f.n.Comment.Excerpt), ChannelID: f.n.Said})
	case f.n.Comment != nil:
		f.comment()
	case f.n.bare():
		f.change.Kind = kindChanged
	case was == nil:
		f.begin()
	default:
		f.differ(*was)
	}
	f.activity()
	f.seer()
	unknown := next.Project.resource() == unknownProject
	if next.Heard.IsZero() && (next.title() == "" && next.Event == nil || unknown && f.n.bare()) || f.n.Did != didLook && f.n.Issue.Shown != nil && next.Shown.Lacks&lackLevel != 0 {
		f.change.Tasks = []provider.Task{lookup(next.ID)}
	}
	if !unknown {
		f.change.Resource = next.Project.resource()
	}
}

// activity tells of something that is known by its name alone.
func (f *fold) activity() {
	k, told := f.Issue, identity(f.id)[:8]
	if f.n.Activity == "" || slices.Contains(k.Activities, told) {
		return
	}
	k.Activities = append(slices.Clone(k.Activities), told)
	slices.Sort(k.Activities)
	k.Activities = k.Activities[max(0, len(k.Activities)-maxActivities):]
	if f.change.Kind == kindChanged {
		f.change.Kind = f.activityKind()
	}
	text := chat.Say("sentry.reply.activity", "Activity", chat.Escape(words(f.n.Activity)))
	if f.n.Activity == activityPullRequest {
		text = chat.Say("sentry.reply.pull_request")
	}
	f.change.Replies = append(f.change.Replies, chat.Reply{Text: text})
}

// about fills what of an issue does not change.
func (k *known) about(n news) {
	i := n.Issue
	k.Short, k.URL = first(k.Short, i.Short), better(k.URL, i.URL)
	k.Project = project{
		ID: first(k.Project.ID, i.Project.ID), Slug: first(k.Project.Slug, i.Project.Slug), Name: first(k.Project.Name, i.Project.Name),
	}
	k.Contact = first(k.Contact, i.Contact)
	k.Unsigned, k.Sample = k.Unsigned || n.Unsigned, k.Sample || n.Sample
	k.Count, k.Users = max(k.Count, i.Count), max(k.Users, i.Users)
	if k.First.IsZero() || !i.First.IsZero() && i.First.Before(k.First) {
		k.First = i.First
	}
	if n.Channel != "" && !slices.Contains(k.Chosen, n.Channel) {
		k.Chosen = append(slices.Clone(k.Chosen), n.Channel)
		slices.Sort(k.Chosen)
		k.Chosen = k.Chosen[:min(len(k.Chosen), maxChosen)]
	}
}

// better returns the shorter of two addresses of the same page, of the same length the first by the alphabet.
func better(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "", len(a) < len(b), len(a) == len(b) && a <= b:
		return a
	}
	return b
}

// hear keeps what is newer than what is known.
func (k *known) hear(n news) {
	repeated := false
	if s := n.Issue.Shown; s != nil {
		repeated = k.see(*s, n.At)
	}
	if e := n.Event; e != nil {
		if k.Event == nil || cmp.Or(k.Event.At.Compare(e.At), strings.Compare(k.Event.ID+"\x00"+k.Rule, e.ID+"\x00"+n.Rule)) < 0 {
			newest := *e
			k.Event, k.Rule = &newest, n.Rule
		}
		k.Recent = append(slices.Clone(k.Recent), recent{ID: identity(e.ID)[:8], At: e.At})
	}
	k.count()
	switch n.Did {
	case didResolve, didReopen, didArchive, didAssign:
		at, known := k.Did[n.Did]
		if known && (repeated && at.By == n.By || cmp.Or(at.At.Compare(n.At), strings.Compare(at.By.Name, n.By.Name)) >= 0) {
			return // the same told again, or older
		}
		all := map[deed]done{}
		maps.Copy(all, k.Did)
		all[n.Did] = done{By: n.By, At: n.At}
		k.Did = all
	}
}

// see keeps what is shown of the issue if it is newer than what is known, and reports whether it says the same. What the newer one
// leaves out stays as it was.
func (k *known) see(s snapshot, at time.Time) (again bool) {
	if k.Heard.IsZero() {
		k.Shown, k.Heard = s, at
		return false
	}
	whole := s.over(k.Shown)
	switch {
	case whole == k.Shown:
		return true
	case k.compare(whole, at) < 0:
		k.Shown, k.Heard = whole, at
	default:
		k.Shown = k.Shown.over(s)
	}
	return false
}

// compare tells what is known from what is shown at a time: less than 0 when that is newer. An issue that has seen no event since is
// older, whatever time it is told of; a delivery that was tried again is.
func (k *known) compare(s snapshot, heard time.Time) int {
	if k.Heard.IsZero() {
		return -1
	}
	return cmp.Or(k.Shown.Seen.Compare(s.Seen), k.Heard.Compare(heard), cmp.Compare(statusRank(k.Shown), statusRank(s)),
		strings.Compare(encoded(k.Shown), encoded(s)))
}

// statusRank has what is done about an issue count more than nothing, at one time.
func statusRank(s snapshot) int {
	return slices.Index([]string{statusOpen, statusArchived, statusResolved}, s.Status)
}

func encoded(s snapshot) string {
	content, err := json.Marshal(s)
	if err != nil {
		return "" // cannot be: it holds plain values only
	}
	return string(content)
}

// count drops those events that the newest count has in it, and keeps each of the others once.
func (k *known) count() {
	k.Recent = slices.DeleteFunc(k.Recent, func(r recent) bool {
		return !k.Shown.Seen.IsZero() && !r.At.Truncate(time.Second).After(k.Shown.Seen)
	})
	slices.SortFunc(k.Recent, func(a, b recent) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	k.Recent = slices.Compact(k.Recent)
	k.Recent = k.Recent[max(0, len(k.Recent)-maxRecent):]
	if len(k.Recent) == 0 {
		k.Recent = nil
	}
}

// events returns how many events there were at least.
func (k *known) events() int64 { return k.Count + int64(len(k.Recent)) }

// begin says what it is where nothing was known before.
func (f *fold) begin() {
	after := f.Issue.Shown
	f.change.ResultChanged = true
	switch f.n.Did {
	case didCreate:
		f.change.Kind, f.change.Escalated = kindNew, true
	case didAlert:
		f.change.Kind, f.change.Escalated = kindAlert, true
	case didActivity:
		f.change.Kind = f.activityKind()
	case didSeer:
		f.change.Kind = kindSeer
	case didError:
		f.change.Kind = kindError
	case didAssign:
		f.change.Kind = kindAssigned
	case didLook, didPriority, didComment:
		f.change.Kind = kindChanged
		if f.n.Fresh {
			f.change.Kind, f.change.Escalated = kindNew, true
		}
	default:
		f.change.Kind = turnKind(after)
		f.change.Escalated = after.worse()
	}
}

// activityKind returns the kind of something that is known by its name alone: an alert that somebody has made watches it, or nothing does.
func (f *fold) activityKind() string {
	if f.n.Rule != "" {
		return kindAlert
	}
	return kindOther
}

// turnKind returns the kind of news that the state is.
func turnKind(s snapshot) string {
	switch {
	case s.Status == statusResolved:
		return kindResolved
	case s.Status == statusArchived:
		return kindArchived
	case s.Substatus == subRegressed:
		return kindRegressed
	case s.Substatus == subEscalating:
		return kindEscalating
	}
	return kindReopened
}

// worse reports whether somebody should look.
func (s snapshot) worse() bool {
	return s.Status == statusOpen && (s.Substatus == subRegressed || s.Substatus == subEscalating)
}

// differ tells of each difference that the event makes.
func (f *fold) differ(was known) {
	before, after := was.Shown, f.Issue.Shown
	f.change.Kind = map[deed]string{
		didAlert: kindAlert, didError: kindError, didCreate: kindNew, didSeer: kindSeer, didActivity: f.activityKind(),
	}[f.n.Did]
	if before == after || was.Heard.IsZero() && f.n.Did != didResolve && f.n.Did != didArchive && f.n.Did != didReopen && f.n.Did != didAssign {
		f.change.Kind = first(f.change.Kind, kindChanged)
		return
	}
	if was.Heard.IsZero() {
		before.Status = statusOpen
	}
	if before.Priority != after.Priority && before.Priority != "" && after.Priority != "" {
		f.change.Kind = kindPriority
		f.change.Replies = append(f.change.Replies, chat.Reply{
			Text: chat.Say("sentry.reply.priority").WithMessage("Priority", priorityWord(after.Priority)),
		})
	}
	if before.Assignee.ID != after.Assignee.ID && before.Lacks&lackAssignee == 0 {
		f.change.Kind = kindAssigned
		f.assigned(after.Assignee)
	}
	turned := before.Lacks&lackStatus == 0 && (before.Status != after.Status || after.worse() && before.Substatus != after.Substatus)
	if turned {
		f.turned(before, after)
	}
	f.change.Kind = first(f.change.Kind, kindChanged)
}

// turned tells of an issue's other state. One that is back deserves a new card: that which says "resolved" is not looked at any more.
func (f *fold) turned(before, after snapshot) {
	f.change.Kind, f.change.ResultChanged, f.change.Escalated = turnKind(after), true, after.worse()
	f.change.Resurface = after.worse() && before.Status != statusOpen
	who := f.n.By
	switch f.change.Kind {
	case kindResolved:
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: resolution("sentry.reply.resolved", who, after)})
	case kindArchived:
		f.say("sentry.reply.archived", who)
	case kindRegressed:
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: chat.Say("sentry.reply.regressed")})
	case kindEscalating:
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: chat.Say("sentry.reply.escalating")})
	default:
		f.say("sentry.reply.reopened", who)
	}
}

// resolution says who resolved it, and in which release.
func resolution(id string, who actor, s snapshot) chat.Message {
	text := chat.Say(id, "Release", chat.Code(s.Release))
	if s.Release == "" && s.Next {
		text = text.WithMessage("Release", chat.Say("sentry.next_release"))
	}
	return text.WithMessage("Who", called(who))
}

// assigned tells whose it is now.
func (f *fold) assigned(to actor) {
	switch {
	case to.ID == "":
		f.say("sentry.reply.unassigned", f.n.By)
	case f.n.By.ID != "" && to.ID == "user:"+f.n.By.ID:
		f.say("sentry.reply.took", f.n.By)
	default:
		text := chat.Say("sentry.reply.assigned").WithMessage("Who", called(f.n.By)).WithMessage("To", assigneeName(to))
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: text})
	}
}

// title returns what the issue is called.
func (k *known) title() string {
	if k.Shown.Title == "" && k.Event != nil {
		return k.Event.Title
	}
	return k.Shown.Title
}
