package bitbucket

import (
	"slices"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxRefs is how many branches or tags of one push have a card each; more of a kind share one.
	maxRefs = 5
	// maxNamed is how many of them that card names, and maxLabels how many filters look at.
	maxNamed  = 20
	maxLabels = 500
)

// refsNews are many branches or tags to which one push did the same.
type refsNews struct {
	Tag bool `json:"tag,omitempty"`
	// Done is what was done to them: created, deleted, moved or pushed.
	Done  string   `json:"done"`
	Names []string `json:"names"`
	All   int      `json:"all"`
}

// refsState is what is known of them; it never changes.
type refsState struct {
	refsNews
	By person    `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
}

// What a push does to a branch or tag.
const (
	doneCreated = "created"
	doneDeleted = "deleted"
	doneMoved   = "moved"
	donePushed  = "pushed"
)

// done says what the push did.
func (m moved) done() string {
	switch {
	case m.to.Hash == "":
		return doneDeleted
	case m.from.Hash == "":
		return doneCreated
	case m.tag:
		return doneMoved
	}
	return donePushed
}

// moves returns the events of all that one push moved. The request tells a repetition from a branch that went there and back.
func moves(n news, all []moved, request string) []provider.Event {
	var events []provider.Event
	grouped := map[string][]moved{}
	for _, m := range all {
		grouped[m.group()] = append(grouped[m.group()], m)
	}
	for _, m := range all {
		group := grouped[m.group()]
		switch {
		case len(group) <= maxRefs:
			events = append(events, m.events(n, request)...)
		case m.name == group[0].name:
			events = append(events, together(n, group, request)...)
		}
	}
	return events
}

// group names what of a push can share one card.
func (m moved) group() string {
	if m.tag {
		return kindTag + " " + m.done()
	}
	return kindBranch + " " + m.done()
}

// together returns the events of many branches or tags to which a push did the same: one for what became of them, and one for the
// commits of new branches.
func together(n news, group []moved, request string) []provider.Event {
	events := []provider.Event{refsEvent(n, group, group[0].done(), request)}
	if group[0].tag || group[0].done() != doneCreated {
		return events
	}
	withCommits := slices.DeleteFunc(slices.Clone(group), func(m moved) bool { return len(m.commits) == 0 })
	if len(withCommits) > 0 {
		events = append(events, refsEvent(n, withCommits, donePushed, request))
	}
	return events
}

func refsEvent(n news, group []moved, done, request string) provider.Event {
	n.Refs = &refsNews{Tag: group[0].tag, Done: done, All: len(group)}
	parts := []string{"refs", done, group[0].group(), first(request, clock(n.At))}
	var names []string
	for _, m := range group {
		parts, names = append(parts, m.name, m.from.Hash, m.to.Hash), append(names, m.name)
	}
	n.Refs.Names = names[:min(len(names), maxNamed)]
	all := ofTag()
	if !n.Refs.Tag {
		all = labels(strings.Join(names[:min(len(names), maxLabels)], "\n"), "")
	}
	id := identity(parts...)
	return event(n, provider.Event{ID: id, Subject: "refs/" + id, Labels: all})
}

// ofTag returns the labels of tags, which say that they have no branch that a filter could look at.
func ofTag() map[string]string { return map[string]string{kindTag: "true"} }

// refs folds many branches or tags that moved together.
func (f *fold) refs() bool {
	if f.Refs != nil {
		return false
	}
	f.Refs = &refsState{refsNews: *f.n.Refs, By: f.n.By, At: f.n.At}
	f.change.Kind, f.change.ResultChanged = f.Refs.kind(), f.Refs.Done != donePushed
	return true
}

// kind returns the kind of notification that it is.
func (r refsNews) kind() string {
	switch {
	case r.Tag:
		return kindTag
	case r.Done == donePushed:
		return kindPush
	}
	return kindBranch
}

// refsCard draws many branches or tags that moved together.
func (s state) refsCard(card *chat.Card) {
	const inTitle = 3
	r := s.Refs
	l := look{"seedling", chat.ToneNeutral, r.Done}
	switch {
	case r.Done == doneDeleted:
		l.emoji, l.tone = "wastebasket", chat.ToneInactive
	case r.Done == doneMoved:
		l.emoji, l.tone = "warning", chat.ToneWarning
	case r.Tag:
		l.emoji = "label"
	case r.Done == donePushed:
		l.emoji = "arrow_up"
	}
	wear(card, l)
	card.Title, card.URL, card.Author = strings.Join(r.Names[:min(len(r.Names), inTitle)], ", ")+", …", s.Repo.URL, r.By.Name
	var names []chat.Message
	for _, name := range r.Names {
		names = append(names, chat.Verbatim(chat.Code(chat.Truncate(name, maxName))))
	}
	what := kindBranch
	if r.Tag {
		what = kindTag
	}
	card.Text = lines(chat.Plural("bitbucket.refs."+what, r.All), joined(append(names, more(r.All, len(r.Names)))...))
}
