package bridge

import (
	"encoding/json"
	"slices"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Connection is one place at a tool whose news come to channels: a Jenkins, a repository, an organization. It holds its
// subscriptions, so that a delivery takes one read to know whom it is for.
type Connection struct {
	// ID is random for what people name themselves, and derived from the site and the resource for what we set up at the tool, so that
	// a second channel finds what the first made.
	ID       string `json:"id"`
	Provider string `json:"provider"`
	// Name is what people call it, as they wrote it.
	Name string `json:"name"`
	// Site is the base address of the tool; "" where it is not known.
	Site     string            `json:"site,omitempty"`
	Resource provider.Resource `json:"resource,omitzero"`
	// HookKey follows the ID in the address of its deliveries.
	HookKey   string    `json:"hook_key"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
	// Sealed holds its secrets and credential; see Keys.
	Sealed string `json:"sealed"`
	// ActsAs is the person whose account calls the tool for it; "" where its own credential does, or nothing.
	ActsAs string `json:"acts_as,omitempty"`
	// HasCredential says that Sealed holds a credential; EnteredBy is who entered it.
	HasCredential bool   `json:"has_credential,omitempty"`
	EnteredBy     string `json:"entered_by,omitempty"`
	// Installation is what the tool calls the webhook that we made.
	Installation json.RawMessage `json:"installation,omitempty"`
	// Installing is when somebody began to make it, until it is noted.
	Installing    time.Time      `json:"installing,omitzero"`
	Subscriptions []Subscription `json:"subscriptions,omitempty"`
}

// Hook is what the address of its deliveries ends with.
func (c Connection) Hook() string { return c.ID + "." + c.HookKey }

// In returns the subscriptions of the channel.
func (c Connection) In(channelID string) []Subscription {
	var found []Subscription
	for _, s := range c.Subscriptions {
		if s.ChannelID == channelID {
			found = append(found, s)
		}
	}
	return found
}

// follows reports whether the channel follows this part of it, or all of it for a zero part.
func (c Connection) follows(channelID string, part provider.Resource) bool {
	return slices.ContainsFunc(c.In(channelID), func(s Subscription) bool { return s.Resource == part.ID || s.Resource == "" })
}

// Channels returns the channels that follow it.
func (c Connection) Channels() []string {
	var found []string
	for _, s := range c.Subscriptions {
		if !slices.Contains(found, s.ChannelID) {
			found = append(found, s.ChannelID)
		}
	}
	return found
}

// Keys are what a connection keeps to itself.
type Keys struct {
	// Secrets are those that deliveries may prove themselves with, the newest first.
	Secrets []Secret `json:"secrets"`
	// Candidates are secrets that nothing has proved yet, the newest first: the first delivery that one of them fits puts it in force. They
	// prove nothing else.
	Candidates []Secret `json:"candidates,omitempty"`
	// Credential is what calls to the tool are made with; nil for none.
	Credential *provider.Credential `json:"credential,omitempty"`
}

// Secret is shared with the tool.
type Secret struct {
	Value string `json:"value"`
	// Until is when it stops to count, after another has taken its place; zero for the one in force.
	Until time.Time `json:"until,omitzero"`
}

// Valid returns the secrets that count at this time, the newest first.
func (k Keys) Valid(now time.Time) []string { return valid(k.Secrets, now) }

// Believed returns those that a delivery may prove itself with: the valid ones, and after them the candidates.
func (k Keys) Believed(now time.Time) []string {
	return append(k.Valid(now), valid(k.Candidates, now)...)
}

func valid(secrets []Secret, now time.Time) []string {
	var values []string
	for _, s := range secrets {
		if s.Until.IsZero() || now.Before(s.Until) {
			values = append(values, s.Value)
		}
	}
	return values
}

// Style is how the news of a subscription appear.
type Style string

// The styles.
const (
	// Live is one card for each subject, brought up to date in place, with its history in the thread.
	Live Style = ""
	// Each is a new post for each event.
	Each Style = "each"
	// Thread is one thread for each series (or for the resource), in which the cards are.
	Thread Style = "thread"
)

// Subscription is a channel's wish for news of a connection.
type Subscription struct {
	ID        string `json:"id"`
	ChannelID string `json:"channel"`
	// Resource narrows it to one of the connection's resources; "" for all.
	Resource string `json:"resource,omitempty"`
	// Name is what people call it, where a channel has several by rules.
	Name         string `json:"name,omitempty"`
	ResourceName string `json:"resource_name,omitempty"`
	// Events are the kinds that are wanted; nil for the provider's defaults, which is not the same as none.
	Events []string `json:"events"`
	// Filters hold, by label, patterns separated by commas; one that begins with "!" keeps out. Or the least level.
	Filters map[string]string `json:"filters,omitempty"`
	// OnlyTurns wants only what differs from the result before.
	OnlyTurns bool  `json:"only_turns,omitempty"`
	Style     Style `json:"style,omitempty"`
	// Notes has what people write in the thread of a card added at the tool.
	Notes bool `json:"notes,omitempty"`
	// Mention is who is called when something gets worse: "", "here", "channel", or a user's name.
	Mention   string    `json:"mention,omitempty"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

// Subject is what a connection's deliveries have said of one thing, and where it is shown.
type Subject struct {
	Connection string          `json:"conn"`
	Name       string          `json:"name"`
	State      json.RawMessage `json:"state,omitempty"`
	// Rev counts the changes of the state.
	Rev int `json:"rev"`
	// Labels and Resource are the latest that its events have said; filters look at these.
	Labels   map[string][]string `json:"labels,omitempty"`
	Resource string              `json:"resource,omitempty"`
	// Seen are the events applied, the latest last; see maxSeen.
	Seen  []string `json:"seen,omitempty"`
	Shown []Shown  `json:"shown,omitempty"`
	// Names are its further names, Unnamed those of them that are still to be set.
	Names   []string `json:"names,omitempty"`
	Unnamed []string `json:"unnamed,omitempty"`
	// Chores are tasks and events of other subjects that are still to be handed to the inbox.
	Chores []Chore `json:"chores,omitempty"`
}

// Chore is a task that an event brought up, or an event of another subject that followed from it (Event is not nil then).
type Chore struct {
	// ID tells it from the same task of another event.
	ID    string          `json:"id"`
	Task  provider.Task   `json:"task,omitzero"`
	Event *provider.Event `json:"event,omitempty"`
}

// Shown is a subject in one subscription's channel.
type Shown struct {
	Subscription string `json:"sub"`
	ChannelID    string `json:"channel"`
	// PostID is the card, "" before it is posted; RootID the thread that it is in, "" for none.
	PostID string `json:"post,omitempty"`
	RootID string `json:"root,omitempty"`
	// Thread names the series whose thread the card belongs in; "" for none.
	Thread string `json:"thread,omitempty"`
	// ThreadTitle is what people call it, where that is not the name itself.
	ThreadTitle string `json:"thread_title,omitempty"`
	// Earlier is the card before this one, if it has surfaced again.
	Earlier string `json:"earlier,omitempty"`
	// Rev is the change that the card shows; At when it was brought to it.
	Rev int       `json:"rev,omitempty"`
	At  time.Time `json:"at,omitzero"`
	// Mention is who is to be called by the first post.
	Mention string `json:"mention,omitempty"`
	// Waiting are the replies, or in style Each the posts, that are still to be made.
	Waiting []Waiting `json:"waiting,omitempty"`
	// Lease is held by who works on it.
	Lease
	// Shared says that somebody sent it there; the channel need not follow the connection.
	Shared bool `json:"shared,omitempty"`
	// Over is a post that can be changed no more.
	Over bool `json:"over,omitempty"`
	// Held is a card that isn't posted until an event says whether it passes the subscription's filters.
	Held bool `json:"held,omitempty"`
}

// Lease keeps others from doing what somebody is at.
type Lease struct {
	// Owner has it until Until; then it is anybody's.
	Owner string    `json:"owner,omitempty"`
	Until time.Time `json:"until,omitzero"`
	// Since is when the first owner began of whom it is not known how far they came.
	Since time.Time `json:"since,omitzero"`
}

// Waiting is something to be posted about a subject.
type Waiting struct {
	// Key tells it from all others of this card.
	Key   string     `json:"key"`
	Reply chat.Reply `json:"reply,omitzero"`
	// State is what a new card of style Each shows; the mention is the reply's then.
	State json.RawMessage `json:"state,omitempty"`
	// Moved tells the earlier card's thread where it goes on.
	Moved bool `json:"moved,omitempty"`
}

// Series is the state of what subjects come in.
type Series struct {
	State json.RawMessage `json:"state,omitempty"`
	// Threads are the roots of style Thread, by channel.
	Threads map[string]string `json:"threads,omitempty"`
	// Making are the leases of who makes such a root, likewise.
	Making map[string]Lease `json:"making,omitempty"`
}

// Result is what became of a delivery.
type Result string

// The results.
const (
	Posted     Result = "posted"     // a new post or a reply, which people notice
	Updated    Result = "updated"    // only an earlier post was edited
	Unchanged  Result = "unchanged"  // a repetition, or older than what is known
	Unwanted   Result = "unwanted"   // no subscription wants it
	Ignored    Result = "ignored"    // of no interest to the provider
	Tested     Result = "tested"     // a ping, or the tool's test of the connection
	Refused    Result = "refused"    // unsigned or wrongly signed
	Unreadable Result = "unreadable" // signed, and not understood
	Failed     Result = "failed"     // will be tried again
)

// Entry is a line of a connection's journal: what became of one delivery.
type Entry struct {
	At     time.Time `json:"at"`
	Result Result    `json:"result"`
	// Event and Title say what it was, as far as that is known; from outside. They are empty where Views has them.
	Event string `json:"event,omitempty"`
	Title string `json:"title,omitempty"`
	// Views are what it was to the channels, where it was about something in the provider; one that is in none follows other parts of the
	// connection. Nil for what concerns the connection itself.
	Views []View `json:"views,omitempty"`
	// Reason says why, where the result alone does not.
	Reason chat.Message `json:"reason,omitzero"`
	// By is how it proved where it comes from; Old that it did so with a secret that was replaced.
	By  provider.ProofKind `json:"by,omitempty"`
	Old bool               `json:"old,omitempty"`
	// Count is how many such there were in a row.
	Count int `json:"count,omitempty"`
}
