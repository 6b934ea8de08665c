// Package provider says what a tool is that sends its news to channels: a build server, a code host, an error tracker, a pager.
//
// A provider is one package below this one. It knows the tool's deliveries, how they are signed, what they mean, how the
// thing they are about changes, and how that looks on a card. All else (connecting a channel, keeping what was acknowledged,
// posting and rewriting cards, rights, forms, commands) is the bridge's and the same for all.
//
// What a provider must do is Provider. What only some can is a capability: an interface of its own that the bridge looks for.
package provider

import (
	"encoding/json"
	"io/fs"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// Provider is one tool. Its methods are pure: they keep nothing, call nothing, and give the same answer on every server.
type Provider interface {
	// Describe says what the provider is. It is asked once.
	Describe() Descriptor
	// Verify checks that the delivery comes from who knows one of the secrets, in constant time, before anything of the body is
	// read. Errors: ErrUnsigned, ErrForged, or ErrPing for one that may be acknowledged, as nothing is done with it.
	Verify(d Delivery, secrets []string) (Proof, error)
	// Parse returns what a verified delivery says, none for one that is of no interest. An error is one that is not understood.
	Parse(d Delivery) ([]Event, error)
	// Fold applies the event to the state of its subject; state is nil for the first. The same event, or an older one, coming
	// again changes nothing. Series is the state of what the subject is one of, after this event; nil where there is none.
	Fold(state, series json.RawMessage, e Event) (Change, error)
	// Card draws the state. It returns an error only for a state that is none of Fold's.
	Card(state json.RawMessage) (chat.Card, error)
	// Sample returns an event as it might come, for trying a connection out: its card is posted, and nothing at the tool changes.
	Sample(now time.Time) Event
}

// Descriptor is what the bridge has to know of a provider before anything happens.
type Descriptor struct {
	// ID is the word for the provider in commands, keys and addresses: lower-case letters, at most 16.
	ID string
	// Command is that of its command until an admin chooses another; "" for the ID.
	Command string
	// Name is how the tool calls itself.
	Name string
	// Summary is a sentence on what connecting it brings; the help of its command.
	Summary chat.Message
	// ResourceNoun is what it calls the thing that a channel follows ("repository"), as a word in a sentence.
	ResourceNoun chat.Message
	// ConnectHint hints at what may follow "connect", such as "[repository URL]".
	ConnectHint chat.Message
	// Events are the kinds of news that people choose from, in the order they are shown.
	Events []EventKind
	// Filters are the labels of events that subscriptions can be narrowed by.
	Filters []Filter
	// Headers are those that Verify and Parse read, in canonical form. No others are kept.
	Headers []string
	// MaxBody is the largest body that is read, in bytes; 0 is 1 MiB.
	MaxBody int64
	// MultipleRules has a channel wish for several things of one connection, each by a rule of its own with a name, events and filters.
	MultipleRules bool
	// HealthInterval is how often webhooks that we set up are looked after; 0 is once a day.
	HealthInterval time.Duration
	// SignInByDirectMessage has the link to sign in for connecting a channel sent by direct message, instead of shown in the channel.
	SignInByDirectMessage bool
	// Texts holds the provider's own messages, one file for each language ("en.json") at its root; all ids begin with the ID
	// and a dot.
	Texts fs.FS
}

// EventKind is a kind of news that a channel may want or not.
type EventKind struct {
	ID string
	// Label has at most 24 characters.
	Label chat.Message
	// Default has it wanted until somebody says otherwise.
	Default bool
}

// Filter narrows a subscription to events whose label matches one of several patterns.
type Filter struct {
	// ID is the key of Event.Labels that it looks at.
	ID string
	// Label has at most 24 characters; Help at most 150.
	Label chat.Message
	Help  chat.Message
	// Levels, from the least on, make it a threshold instead of patterns: what is chosen and all above it pass.
	Levels []string
	// AlwaysPresent says that every subject has this label. As long as no event has said it, none passes the filter.
	AlwaysPresent bool
	// MultiValue says that a subject can have several values at once, such as the environments of an issue: an event that says one is judged by
	// that one, an event that says none by all that the subject has.
	MultiValue bool
}

// Delivery is one request from the tool.
type Delivery struct {
	// Header has those of Descriptor.Headers that were there, under their canonical names.
	Header map[string]string
	// PathSecret is what followed the hook in the address; "" for nothing.
	PathSecret string
	Body       []byte
	ReceivedAt time.Time
	// Site and Resource are those of the connection, for deliveries that do not say where they come from; zero where it has none.
	Site     string
	Resource Resource
}

// Proof is how a delivery proved where it comes from.
type Proof struct {
	// Secret is the position of the secret that fitted.
	Secret int
	// By is how it was shown.
	By ProofKind
}

// ProofKind is a way of showing that one knows a secret.
type ProofKind string

// The ways.
const (
	// BySignature is a signature over the body.
	BySignature ProofKind = "signature"
	// ByHeader is the secret itself in a header.
	ByHeader ProofKind = "header"
	// ByPath is the secret itself in the address.
	ByPath ProofKind = "path"
)

// Event is one thing that a delivery says.
type Event struct {
	// ID tells a repetition: two events of one subject with the same ID say the same. "" has the bridge take the delivery's content.
	ID string `json:"id,omitempty"`
	// Subject names what it is about, unique in its connection (at most 200 characters).
	Subject string `json:"subject"`
	// Series names what the subject is one of, such as a build's job; "" where that does not matter.
	Series string `json:"series,omitempty"`
	// SeriesTitle is what people call the series, as it came from outside; "" where its name will do.
	SeriesTitle string `json:"series_title,omitempty"`
	// RelatedSubjects are names of other subjects that this event is part of as well, if they exist: the pull request of a commit whose build ended.
	RelatedSubjects []string `json:"related_subjects,omitempty"`
	// ContextSubjects are names of other subjects whose states Fold sees as well, such as the commit that a pull request ends with. Known holds
	// the states of those that exist, by name; the bridge reads them right before Fold.
	ContextSubjects []string                   `json:"context_subjects,omitempty"`
	ContextStates   map[string]json.RawMessage `json:"context_states,omitempty"`
	// Resource is the thing that a channel follows, where one connection has several; "" otherwise.
	Resource string `json:"resource,omitempty"`
	// Channel is the one that was chosen for it at the tool, by its ID; "" where subscriptions decide. It is for no other, and only
	// if it follows the connection.
	Channel string `json:"channel,omitempty"`
	// Labels are what filters look at: all that this event really says, none that it doesn't; "" says that the subject has none. The bridge
	// remembers those of a subject's earlier events, so a comment need not repeat them. A label with several values has one on each line; one
	// that passes is enough.
	Labels map[string]string `json:"labels,omitempty"`
	// UpdateOnly says that the event only adds to a subject that is known already; of one that is not, it tells nothing.
	UpdateOnly bool `json:"update_only,omitempty"`
	// At is the tool's own time; zero where it does not say.
	At time.Time `json:"at,omitzero"`
	// Data is what Fold needs of it: names, states and what a card quotes, such as the few lines of code around an error, each of bounded
	// length; nothing else of what a delivery holds.
	Data json.RawMessage `json:"data,omitempty"`
}

// Change is what an event makes of its subject.
type Change struct {
	// State is the subject's state from now on. Stale says that the event changes nothing; then all else is ignored.
	State json.RawMessage
	Stale bool
	// Kind is which of the Descriptor's events this turned out to be. It may depend on what was before.
	Kind string
	// Resource is the part of the connection that the subject belongs to, where the state knows it; "" leaves Event.Resource as it is.
	Resource string
	// ResultChanged says that the result is another than the one before it; subscriptions may want only these.
	ResultChanged bool
	// Escalated says that somebody should look.
	Escalated bool
	// Resurface says that a card from earlier is no longer seen, and what happened deserves a new post.
	Resurface bool
	// Replies go to the thread.
	Replies []chat.Reply
	// OriginChannel is the channel in whose thread somebody has said just that: it is told in all others. See Noter.
	OriginChannel string
	// Aliases are further names of the subject, for Event.RelatedSubjects of others.
	Aliases []string
	// Tasks are to be done later.
	Tasks []Task
	// FollowUps are events of other subjects that follow from this one, such as that an earlier build is mended. They lead to none
	// themselves.
	FollowUps []Event
}

// Series is a provider whose subjects come in series, such as the builds of a job, and matter by how those before them ended.
type Series interface {
	// FoldSeries applies the event to the state of its series; state is nil for the first. Events come late, twice and out of
	// order. It returns the same state where nothing changes.
	FoldSeries(state json.RawMessage, e Event) (json.RawMessage, error)
}

// SubjectResolver is a Serial provider that may give another thing the name that one had before, such as the first build of a job that was
// deleted and created again.
type SubjectResolver interface {
	// ResolveSubject returns the name of the event's subject, given the state of its series after the event. It is Event.Subject where no other
	// has that name.
	ResolveSubject(series json.RawMessage, e Event) (string, error)
}
