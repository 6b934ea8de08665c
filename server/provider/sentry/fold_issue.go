package sentry

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

const (
	// maxRecent limits the remembered events after the last count.
	maxRecent = 100
	// maxComments limits the remembered comments, so that none is posted twice.
	maxComments = 100
	// maxActivities limits the remembered activities that we know only by name, so that none is posted twice.
	maxActivities = 20
	// maxAlertChannels limits the channels that alert rules have sent an issue to.
	maxAlertChannels = 20
)

// issueState is the state of an issue: its newest snapshot, its newest event, and who did what.
type issueState struct {
	ID      string  `json:"id"`
	Short   string  `json:"short,omitempty"`
	URL     string  `json:"url,omitempty"`
	Project project `json:"project,omitzero"`
	// Shown is the newest snapshot, received at ShownAt.
	Shown   snapshot  `json:"shown,omitzero"`
	ShownAt time.Time `json:"shown_at,omitzero"`
	Count   int64     `json:"count,omitempty"`
	Users   int64     `json:"users,omitempty"`
	First   time.Time `json:"first,omitzero"`
	// Recent are the events after the last count.
	Recent []recentEvent `json:"recent,omitempty"`
	// Event is the newest event with details, Rule the alert rule that sent it.
	Event *occurrence `json:"event,omitempty"`
	Rule  string      `json:"rule,omitempty"`
	// LastDone has the last change of each type.
	LastDone      map[eventType]milestone `json:"last_done,omitempty"`
	Comments      []commentRecord         `json:"comments,omitempty"`
	Expected      provider.PendingNotes   `json:"expected,omitempty"`
	AlertChannels []string                `json:"alert_channels,omitempty"`
	// Seer has its latest steps; Contact is who wrote user feedback, if personal data is allowed.
	Seer seerSteps `json:"seer,omitempty"`
	// Activities are the latest activities that we know only by name, by the beginnings of their event IDs.
	Activities []string `json:"activities,omitempty"`
	Contact    string   `json:"contact,omitempty"`

	Unsigned bool `json:"unsigned,omitempty"`
	Sample   bool `json:"sample,omitempty"`
}

// recentEvent is an event by the beginning of its ID.
type recentEvent struct {
	ID string    `json:"id"`
	At time.Time `json:"at,omitzero"`
}

// milestone is a change: by whom and when.
type milestone struct {
	By actor     `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
}

// commentRecord is a comment that was posted.
type commentRecord struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at,omitzero"`
	Action string    `json:"action"`
}

// foldIssue applies an event about an issue.
func (f *fold) foldIssue() {
	was := f.Issue
	next := issueState{ID: f.data.Issue.ID}
	if was != nil {
		next = *was
	}
	f.Issue = &next
	next.mergeFacts(f.data)
	next.merge(f.data)
	switch {
	case f.data.Type == typeNoteExpected && f.data.Comment != nil:
		next.Expected = next.Expected.Add(provider.PendingNote{Text: commentFingerprint(f.data.Comment.Excerpt), Place: f.data.OriginChannel})
	case f.data.Comment != nil:
		f.foldComment()
	case f.data.namesIssueOnly():
		f.change.Kind = kindChanged
	case was == nil:
		f.classifyFirst()
	default:
		f.classifyChange(*was)
	}
	f.foldActivity()
	f.foldSeer()
	unknown := next.Project.resource() == unknownProject
	if next.ShownAt.IsZero() && (next.title() == "" && next.Event == nil || unknown && f.data.namesIssueOnly()) || f.data.Type != typeLookedUp && f.data.Issue.Shown != nil && next.Shown.Missing.has(jsonLevel) {
		f.change.Tasks = []provider.Task{lookupTask(next.ID)}
	}
	if !unknown {
		f.change.Resource = next.Project.resource()
	}
}

// foldActivity posts an activity that we know only by name.
func (f *fold) foldActivity() {
	k, id := f.Issue, untrusted.HashID(f.id)[:8]
	if f.data.Activity == "" || slices.Contains(k.Activities, id) {
		return
	}
	k.Activities = append(slices.Clone(k.Activities), id)
	slices.Sort(k.Activities)
	k.Activities = k.Activities[max(0, len(k.Activities)-maxActivities):]
	if f.change.Kind == kindChanged {
		f.change.Kind = f.activityKind()
	}
	text := chat.Say("sentry.reply.activity", "Activity", spacedWords(f.data.Activity))
	if f.data.Activity == activityPullRequest {
		text = chat.Say("sentry.reply.pull_request")
	}
	f.change.Replies = append(f.change.Replies, chat.Reply{Text: text})
}

// mergeFacts fills in what doesn't change about an issue.
func (k *issueState) mergeFacts(n eventData) {
	i := n.Issue
	k.Short, k.URL = cmp.Or(k.Short, i.Short), shorterURL(k.URL, i.URL)
	k.Project = project{
		ID: cmp.Or(k.Project.ID, i.Project.ID), Slug: cmp.Or(k.Project.Slug, i.Project.Slug), Name: cmp.Or(k.Project.Name, i.Project.Name),
	}
	k.Contact = cmp.Or(k.Contact, i.Contact)
	k.Unsigned, k.Sample = k.Unsigned || n.Unsigned, k.Sample || n.Sample
	k.Count, k.Users = max(k.Count, i.Count), max(k.Users, i.Users)
	if k.First.IsZero() || !i.First.IsZero() && i.First.Before(k.First) {
		k.First = i.First
	}
	if n.Channel != "" && !slices.Contains(k.AlertChannels, n.Channel) {
		k.AlertChannels = append(slices.Clone(k.AlertChannels), n.Channel)
		slices.Sort(k.AlertChannels)
		k.AlertChannels = k.AlertChannels[:min(len(k.AlertChannels), maxAlertChannels)]
	}
}

// shorterURL returns the shorter of two addresses of the same page, or the first in alphabetical order.
func shorterURL(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "", len(a) < len(b), len(a) == len(b) && a <= b:
		return a
	}
	return b
}

// merge keeps what is newer.
func (k *issueState) merge(n eventData) {
	repeated := false
	if s := n.Issue.Shown; s != nil {
		repeated = k.mergeSnapshot(*s, n.At)
	}
	if e := n.Event; e != nil {
		if k.Event == nil || cmp.Or(k.Event.At.Compare(e.At), strings.Compare(k.Event.ID+"\x00"+k.Rule, e.ID+"\x00"+n.Rule)) < 0 {
			newest := *e
			k.Event, k.Rule = &newest, n.Rule
		}
		k.Recent = append(slices.Clone(k.Recent), recentEvent{ID: untrusted.HashID(e.ID)[:8], At: e.At})
	}
	k.pruneRecent()
	switch n.Type {
	case typeResolved, typeUnresolved, typeArchived, typeAssigned:
		at, known := k.LastDone[n.Type]
		if known && (repeated && at.By == n.By || cmp.Or(at.At.Compare(n.At), strings.Compare(at.By.Name, n.By.Name)) >= 0) {
			return // repeated or older
		}
		all := map[eventType]milestone{}
		maps.Copy(all, k.LastDone)
		all[n.Type] = milestone{By: n.By, At: n.At}
		k.LastDone = all
	}
}

// mergeSnapshot keeps the snapshot if it is newer, and reports whether it is the same. What the newer one leaves out stays as it was.
func (k *issueState) mergeSnapshot(s snapshot, at time.Time) (again bool) {
	if k.ShownAt.IsZero() {
		k.Shown, k.ShownAt = s, at
		return false
	}
	whole := s.fillFrom(k.Shown)
	switch {
	case whole == k.Shown:
		return true
	case k.compare(whole, at) < 0:
		k.Shown, k.ShownAt = whole, at
	default:
		k.Shown = k.Shown.fillFrom(s)
	}
	return false
}

// compare returns less than 0 if the snapshot is newer than the known one. A snapshot with an older last event is older, whenever it is
// received; that covers repeated deliveries.
func (k *issueState) compare(s snapshot, at time.Time) int {
	if k.ShownAt.IsZero() {
		return -1
	}
	return cmp.Or(k.Shown.Seen.Compare(s.Seen), k.ShownAt.Compare(at), cmp.Compare(statusRank(k.Shown), statusRank(s)),
		bytes.Compare(provider.Encode(k.Shown), provider.Encode(s)))
}

// statusRank ranks a resolved or archived issue above an open one at the same time.
func statusRank(s snapshot) int {
	return slices.Index([]string{statusOpen, statusArchived, statusResolved}, s.Status)
}

// pruneRecent drops events that the newest count includes, and duplicates.
func (k *issueState) pruneRecent() {
	k.Recent = slices.DeleteFunc(k.Recent, func(r recentEvent) bool {
		return !k.Shown.Seen.IsZero() && !r.At.Truncate(time.Second).After(k.Shown.Seen)
	})
	slices.SortFunc(k.Recent, func(a, b recentEvent) int { return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID)) })
	k.Recent = slices.Compact(k.Recent)
	k.Recent = k.Recent[max(0, len(k.Recent)-maxRecent):]
	if len(k.Recent) == 0 {
		k.Recent = nil
	}
}

// eventCount returns the minimum number of events.
func (k *issueState) eventCount() int64 { return k.Count + int64(len(k.Recent)) }

// classifyFirst decides the kind of the first event of an issue.
func (f *fold) classifyFirst() {
	after := f.Issue.Shown
	f.change.ResultChanged = true
	switch f.data.Type {
	case typeCreated:
		f.change.Kind, f.change.Escalated = kindNew, true
	case typeAlert:
		f.change.Kind, f.change.Escalated = kindAlert, true
	case typeActivity:
		f.change.Kind = f.activityKind()
	case typeSeer:
		f.change.Kind = kindSeer
	case typeError:
		f.change.Kind = kindError
	case typeAssigned:
		f.change.Kind = kindAssigned
	case typeLookedUp, typePriorityChanged, typeCommented:
		f.change.Kind = kindChanged
		if f.data.IsNew {
			f.change.Kind, f.change.Escalated = kindNew, true
		}
	default:
		f.change.Kind = statusKind(after)
		f.change.Escalated = after.escalated()
	}
}

// activityKind returns the kind of an activity that we know only by name: an alert if a rule watches it, otherwise other.
func (f *fold) activityKind() string {
	if f.data.Rule != "" {
		return kindAlert
	}
	return kindOther
}

// statusKind returns the kind of notification for a status.
func statusKind(s snapshot) string {
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

// escalated reports whether someone should look.
func (s snapshot) escalated() bool {
	return s.Status == statusOpen && (s.Substatus == subRegressed || s.Substatus == subEscalating)
}

// classifyChange posts each difference that the event makes.
func (f *fold) classifyChange(was issueState) {
	before, after := was.Shown, f.Issue.Shown
	f.change.Kind = map[eventType]string{
		typeAlert: kindAlert, typeError: kindError, typeCreated: kindNew, typeSeer: kindSeer, typeActivity: f.activityKind(),
	}[f.data.Type]
	if before == after || was.ShownAt.IsZero() && f.data.Type != typeResolved && f.data.Type != typeArchived && f.data.Type != typeUnresolved && f.data.Type != typeAssigned {
		f.change.Kind = cmp.Or(f.change.Kind, kindChanged)
		return
	}
	if was.ShownAt.IsZero() {
		before.Status = statusOpen
	}
	if before.Priority != after.Priority && before.Priority != "" && after.Priority != "" {
		f.change.Kind = kindPriority
		f.change.Replies = append(f.change.Replies, chat.Reply{
			Text: chat.Say("sentry.reply.priority").WithMessage("Priority", priorityWord(after.Priority)),
		})
	}
	if before.Assignee.ID != after.Assignee.ID && !before.Missing.has(jsonAssignee) {
		f.change.Kind = kindAssigned
		f.replyAssigned(after.Assignee)
	}
	turned := !before.Missing.has(jsonStatus) && (before.Status != after.Status || after.escalated() && before.Substatus != after.Substatus)
	if turned {
		f.statusChanged(before, after)
	}
	f.change.Kind = cmp.Or(f.change.Kind, kindChanged)
}

// statusChanged posts a new status. An issue that returns gets a new card, because nobody looks at one that says "resolved" anymore.
func (f *fold) statusChanged(before, after snapshot) {
	f.change.Kind, f.change.ResultChanged, f.change.Escalated = statusKind(after), true, after.escalated()
	f.change.Resurface = after.escalated() && before.Status != statusOpen
	who := f.data.By
	switch f.change.Kind {
	case kindResolved:
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: resolutionText("sentry.reply.resolved", who, after)})
	case kindArchived:
		f.replyWithActor(chat.Say("sentry.reply.archived"), who)
	case kindRegressed:
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: chat.Say("sentry.reply.regressed")})
	case kindEscalating:
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: chat.Say("sentry.reply.escalating")})
	default:
		f.replyWithActor(chat.Say("sentry.reply.reopened"), who)
	}
}

// resolutionText says who resolved the issue, and in which release.
func resolutionText(id string, who actor, s snapshot) chat.Message {
	text := chat.Say(id).WithText("Release", chat.Code(s.Release))
	if s.Release == "" && s.Next {
		text = text.WithMessage("Release", chat.Say("sentry.next_release"))
	}
	return text.WithMessage("Who", actorName(who))
}

// replyAssigned posts the new assignee.
func (f *fold) replyAssigned(to actor) {
	switch {
	case to.ID == "":
		f.replyWithActor(chat.Say("sentry.reply.unassigned"), f.data.By)
	case f.data.By.ID != "" && to.ID == "user:"+f.data.By.ID:
		f.replyWithActor(chat.Say("sentry.reply.took"), f.data.By)
	default:
		text := chat.Say("sentry.reply.assigned").WithMessage("Who", actorName(f.data.By)).WithMessage("To", assigneeName(to))
		f.change.Replies = append(f.change.Replies, chat.Reply{Text: text})
	}
}

// title returns the title of the issue.
func (k *issueState) title() string {
	if k.Shown.Title == "" && k.Event != nil {
		return k.Event.Title
	}
	return k.Shown.Title
}
