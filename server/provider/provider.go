// Package provider is the port to integrated products: build servers, code hosts, error trackers, paging services.
//
// Each provider is a package below this one. It knows the provider's deliveries, how they are signed and what they mean, how their
// subjects change, and how a subject looks on a card. Everything else (connecting channels, keeping accepted deliveries, posting and
// updating cards, permissions, forms, commands) belongs to the bridge and is the same for all providers.
//
// Every provider implements Provider. What only some can do is a capability: a separate interface that the bridge looks for.
package provider

import (
	"encoding/json"
	"io/fs"
	"time"

	"mattermost-plugin-zoom/server/chat"
)

// Provider is one integrated product. Its methods are pure: they keep no state, make no calls, and return the same on every server.
type Provider interface {
	// Describe returns the descriptor. It is called once.
	Describe() Descriptor
	// Verify checks in constant time that the sender of a delivery knows one of the secrets, before anything in the body is read. Errors:
	// ErrUnsigned, ErrForged, or ErrPing for a test delivery that may be acknowledged because nothing is done with it.
	Verify(d Delivery, secrets []string) (Proof, error)
	// Parse returns the events in a verified delivery, or none if it contains nothing of interest. An error means that the delivery isn't
	// understood.
	Parse(d Delivery) ([]Event, error)
	// Fold applies an event to the state of its subject, which is nil for the first event. Applying the same or an older event again
	// changes nothing. Series is the state of the subject's series after this event, or nil.
	Fold(state, series json.RawMessage, e Event) (Change, error)
	// Card draws the state. It returns an error only for a state that Fold didn't return.
	Card(state json.RawMessage) (chat.Card, error)
	// Sample returns an event for testing a connection: its card is posted, and nothing changes in the provider.
	Sample(now time.Time) Event
}

// Descriptor is what the bridge knows about a provider.
type Descriptor struct {
	// ID names the provider in commands, keys and addresses: at most 16 lower-case letters.
	ID string
	// Command is the default name of the command; "" for the ID. An admin can change it.
	Command string
	// Name is the name of the product.
	Name string
	// Summary says in one sentence what the integration does. It is the help of the command.
	Summary chat.Message
	// ResourceNoun is the word for what a channel subscribes to ("repository").
	ResourceNoun chat.Message
	// Subjects is the plural of what notifications are about, as a heading ("Incidents"). It is empty if there are several kinds.
	Subjects chat.Message
	// ConnectHint hints at the argument of "connect", such as "[repository URL]".
	ConnectHint chat.Message
	// Events are the kinds of notifications that users choose from, in display order.
	Events []EventKind
	// Filters are the labels that subscriptions can filter by.
	Filters []Filter
	// Headers are the headers that Verify and Parse read, in canonical form. No others are kept.
	Headers []string
	// MaxBody limits the body of a delivery, in bytes; 0 means 1 MiB.
	MaxBody int64
	// MultipleRules lets a channel have several rules for one connection, each with its own name, events and filters.
	MultipleRules bool
	// HealthInterval is how often the plugin checks the webhooks it created; 0 means once a day.
	HealthInterval time.Duration
	// SignInByDirectMessage sends the sign-in link for connecting a channel as a direct message, instead of showing it in the channel.
	SignInByDirectMessage bool
	// Texts has the provider's message catalogues at its root, one for each language ("en.json"). All message IDs begin with the ID and a
	// dot.
	Texts fs.FS
}

// EventKind is a kind of notification that a channel can subscribe to.
type EventKind struct {
	ID string
	// Label has at most 24 characters.
	Label chat.Message
	// Default is set for kinds that a new subscription includes.
	Default bool
}

// Filter limits a subscription to events whose label matches one of several patterns.
type Filter struct {
	// ID is the key in Event.Labels.
	ID string
	// Label has at most 24 characters, Help at most 150.
	Label chat.Message
	Help  chat.Message
	// Levels, in ascending order, make the filter a threshold: the chosen level and all above it pass.
	Levels []string
	// AlwaysPresent is set if every subject has this label. Until an event has set it, the subject doesn't pass the filter.
	AlwaysPresent bool
	// MultiValue is set if a subject can have several values at once, such as the environments of an issue. An event with a value is
	// judged by that value, an event without one by all values of the subject.
	MultiValue bool
}

// Delivery is one inbound request from the provider.
type Delivery struct {
	// Header has those headers of Descriptor.Headers that were present, under their canonical names.
	Header map[string]string
	// PathSecret is the part of the address after the hook, or "".
	PathSecret string
	Body       []byte
	ReceivedAt time.Time
	// Site and Resource are those of the connection, for deliveries that don't say where they come from; zero if it has none.
	Site     string
	Resource Resource
}

// Proof is how a delivery proved its origin.
type Proof struct {
	// Secret is the index of the matching secret.
	Secret int
	// By is the kind of proof.
	By ProofKind
}

// ProofKind is a way to prove that the sender knows a secret.
type ProofKind string

// The kinds of proof.
const (
	// BySignature is a signature over the body.
	BySignature ProofKind = "signature"
	// ByHeader is the secret itself in a header.
	ByHeader ProofKind = "header"
	// ByPath is the secret itself in the address.
	ByPath ProofKind = "path"
)

// Event is one fact in a delivery.
type Event struct {
	// ID identifies the event within its subject, so that a repeated event is recognized. If it is "", the bridge uses the content of the
	// delivery.
	ID string `json:"id,omitempty"`
	// Subject identifies what the event is about within its connection (at most 200 characters).
	Subject string `json:"subject"`
	// Series identifies the series of the subject, such as the job of a build; "" if it has none.
	Series string `json:"series,omitempty"`
	// SeriesTitle is the display name of the series as untrusted text; "" to use Series.
	SeriesTitle string `json:"series_title,omitempty"`
	// RelatedSubjects are other subjects that the event also concerns if they exist, such as the pull request of a commit whose build
	// ended.
	RelatedSubjects []string `json:"related_subjects,omitempty"`
	// ContextSubjects are other subjects whose states Fold needs, such as the last commit of a pull request. ContextStates has the states
	// of those that exist, by name; the bridge reads them right before Fold.
	ContextSubjects []string                   `json:"context_subjects,omitempty"`
	ContextStates   map[string]json.RawMessage `json:"context_states,omitempty"`
	// Resource is what a channel subscribes to if one connection has several resources; "" otherwise.
	Resource string `json:"resource,omitempty"`
	// Channel is the value of the QueryOption that was chosen in the provider; "" if subscriptions decide. The event goes to no other
	// channel, and only if that channel is subscribed to the connection.
	Channel string `json:"channel,omitempty"`
	// Labels are what filters match: everything the event says, and nothing it doesn't. "" says that the subject doesn't have the label.
	// The bridge remembers the labels of earlier events of a subject, so a comment doesn't have to repeat them. Several values of a label
	// are separated by line breaks; it is enough if one passes.
	Labels map[string]string `json:"labels,omitempty"`
	// UpdateOnly is set if the event only updates a known subject. For an unknown subject, nothing is posted.
	UpdateOnly bool `json:"update_only,omitempty"`
	// At is the provider's time of the event; zero if it sends none.
	At time.Time `json:"at,omitzero"`
	// Data is what Fold needs of the event: names, states and short excerpts that a card quotes, such as the lines of code around an
	// error. Everything has a limited length, and nothing else of a delivery is kept.
	Data json.RawMessage `json:"data,omitempty"`
}

// Change is the effect of an event on its subject.
type Change struct {
	// State is the new state of the subject. Stale is set if the event changes nothing; the other fields are then ignored.
	State json.RawMessage
	Stale bool
	// Kind is one of the Descriptor's Events. It may depend on the previous state.
	Kind string
	// Resource is the resource of the subject if the state knows it; "" to keep Event.Resource.
	Resource string
	// ResultChanged is set if the result differs from the previous one. Subscriptions may ask for these changes only.
	ResultChanged bool
	// Escalated is set if someone should look at the subject now.
	Escalated bool
	// Resurface is set if the existing card is probably out of sight and the event is worth a new post.
	Resurface bool
	// Replies go to the thread.
	Replies []chat.Reply
	// OriginChannel is the channel in whose thread a user has written the reply. It is posted in all other channels. See ReplySync.
	OriginChannel chat.Place
	// Aliases are further names of the subject, which Event.RelatedSubjects of other events may use.
	Aliases []string
	// Tasks are to be run later.
	Tasks []Task
	// FollowUps are events of other subjects that this one causes, such as an earlier build whose job is fixed now. They cause no further
	// ones.
	FollowUps []Event
}

// Series is a provider whose subjects form series, such as the builds of a job, and are judged by how the previous ones ended.
type Series interface {
	// FoldSeries applies the event to the state of its series, which is nil for the first event. Events come late, twice and out of
	// order. If nothing changes, it returns the same state.
	FoldSeries(state json.RawMessage, e Event) (json.RawMessage, error)
}

// SubjectResolver is a Series provider in which the name of a subject can be reused, such as that of the first build of a job that was
// deleted and created again.
type SubjectResolver interface {
	// ResolveSubject returns the name of the event's subject, given the state of its series after the event. It is Event.Subject unless
	// another subject has that name.
	ResolveSubject(series json.RawMessage, e Event) (string, error)
}
