package bitbucket

import (
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

const (
	// maxRefs is how many branches or tags of one push get separate cards. More of the same kind share one.
	maxRefs = 5
	// maxRefNames limits the names on such a card, maxLabels the labels for filters.
	maxRefNames = 20
	maxLabels   = 500
)

// refsData are many branches or tags to which one push did the same.
type refsData struct {
	Tag bool `json:"tag,omitempty"`
	// Operation is what was done to them: created, deleted, moved or pushed.
	Operation string   `json:"operation"`
	Names     []string `json:"names"`
	All       int      `json:"all"`
}

// refsState is their state, which never changes.
type refsState struct {
	refsData
	By person    `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
}

// What a push does to a branch or tag.
const (
	opCreated = "created"
	opDeleted = "deleted"
	opMoved   = "moved"
	opPushed  = "pushed"
)

// operation returns what the push did.
func (m refChange) operation() string {
	switch {
	case m.to.Hash == "":
		return opDeleted
	case m.from.Hash == "":
		return opCreated
	case m.tag:
		return opMoved
	}
	return opPushed
}

// refEvents returns the events of all changes of a push. The request ID tells a repeated delivery from a branch that moved back.
func refEvents(n eventData, all []refChange, request string) []provider.Event {
	var events []provider.Event
	grouped := map[string][]refChange{}
	for _, m := range all {
		grouped[m.groupKey()] = append(grouped[m.groupKey()], m)
	}
	for _, m := range all {
		group := grouped[m.groupKey()]
		switch {
		case len(group) <= maxRefs:
			events = append(events, m.events(n, request)...)
		case m.name == group[0].name:
			events = append(events, groupEvents(n, group, request)...)
		}
	}
	return events
}

// groupKey identifies changes that can share a card.
func (m refChange) groupKey() string {
	if m.tag {
		return kindTag + " " + m.operation()
	}
	return kindBranch + " " + m.operation()
}

// groupEvents returns the events of many branches or tags to which a push did the same: one about them, and one about the commits of new
// branches.
func groupEvents(n eventData, group []refChange, request string) []provider.Event {
	events := []provider.Event{refsEvent(n, group, group[0].operation(), request)}
	if group[0].tag || group[0].operation() != opCreated {
		return events
	}
	withCommits := slices.DeleteFunc(slices.Clone(group), func(m refChange) bool { return len(m.commits) == 0 })
	if len(withCommits) > 0 {
		events = append(events, refsEvent(n, withCommits, opPushed, request))
	}
	return events
}

func refsEvent(n eventData, group []refChange, done, request string) provider.Event {
	n.Refs = &refsData{Tag: group[0].tag, Operation: done, All: len(group)}
	parts := []string{"refs", done, group[0].groupKey(), firstNonBlank(request, timeKey(n.At))}
	var names []string
	for _, m := range group {
		parts, names = append(parts, m.name, m.from.Hash, m.to.Hash), append(names, m.name)
	}
	n.Refs.Names = names[:min(len(names), maxRefNames)]
	all := tagLabels()
	if !n.Refs.Tag {
		all = labels(strings.Join(names[:min(len(names), maxLabels)], "\n"), "")
	}
	id := untrusted.HashID(parts...)
	return event(n, provider.Event{ID: id, Subject: "refs/" + id, Labels: all})
}

// tagLabels returns the labels of tags, which have no branch to filter by.
func tagLabels() map[string]string { return map[string]string{kindTag: "true"} }

// foldRefs applies a change of many branches or tags.
func (f *fold) foldRefs() bool {
	if f.Refs != nil {
		return false
	}
	f.Refs = &refsState{refsData: *f.data.Refs, By: f.data.By, At: f.data.At}
	f.change.Kind, f.change.ResultChanged = f.Refs.kind(), f.Refs.Operation != opPushed
	return true
}

// kind returns the kind of notification.
func (r refsData) kind() string {
	switch {
	case r.Tag:
		return kindTag
	case r.Operation == opPushed:
		return kindPush
	}
	return kindBranch
}

// refsCard draws many branches or tags.
func (s state) refsCard(card *chat.Card) {
	const inTitle = 3
	r := s.Refs
	l := appearance{"seedling", chat.ToneNeutral, r.Operation}
	switch {
	case r.Operation == opDeleted:
		l.emoji, l.tone = "wastebasket", chat.ToneInactive
	case r.Operation == opMoved:
		l.emoji, l.tone = "warning", chat.ToneWarning
	case r.Tag:
		l.emoji = "label"
	case r.Operation == opPushed:
		l.emoji = "arrow_up"
	}
	setAppearance(card, l)
	card.Title, card.URL, card.Author = strings.Join(r.Names[:min(len(r.Names), inTitle)], ", ")+", …", s.Repo.URL, r.By.Name
	var names []chat.Message
	for _, name := range r.Names {
		names = append(names, chat.VerbatimText(chat.Code(chat.Truncate(name, maxName))))
	}
	what := kindBranch
	if r.Tag {
		what = kindTag
	}
	card.Text = provider.JoinLines(chat.Plural("bitbucket.refs."+what, r.All), joinComma(append(names, moreText(r.All, len(r.Names)))...))
}
