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
	HookKey   string     `json:"hook_key"`
	CreatedBy chat.Actor `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	// Sealed holds its secrets and credential; see Keys.
	Sealed string `json:"sealed"`
	// ActsAs is the person whose account calls the tool for it; "" where its own credential does, or nothing.
	ActsAs chat.PersonID `json:"acts_as,omitempty"`
	// HasCredential says that Sealed holds a credential; EnteredBy is who entered it.
	HasCredential bool          `json:"has_credential,omitempty"`
	EnteredBy     chat.PersonID `json:"entered_by,omitempty"`
	// Installation is what the tool calls the webhook that we made.
	Installation json.RawMessage `json:"installation,omitempty"`
	// Installing is when somebody began to make it, until it is noted.
	Installing    time.Time      `json:"installing,omitzero"`
	Subscriptions []Subscription `json:"subscriptions,omitempty"`
}

// Hook is what the address of its deliveries ends with.
func (c Connection) Hook() string { return c.ID + "." + c.HookKey }

// In returns the subscriptions of the place's channel.
func (c Connection) In(place chat.Place) []Subscription {
	var found []Subscription
	for _, s := range c.Subscriptions {
		if s.Place.SameChannel(place) {
			found = append(found, s)
		}
	}
	return found
}

// Follows reports whether the channel follows this part of it, or all of it for a zero part.
func (c Connection) Follows(place chat.Place, part provider.Resource) bool {
	return slices.ContainsFunc(c.In(place), func(s Subscription) bool { return s.Resource == part.ID || s.Resource == "" })
}

// Channels returns the channels that follow it.
func (c Connection) Channels() []chat.Place {
	var found []chat.Place
	for _, s := range c.Subscriptions {
		if !slices.Contains(found, s.Place) {
			found = append(found, s.Place)
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
func (k Keys) Valid(now time.Time) []string { return ValidSecrets(k.Secrets, now) }

// Believed returns those that a delivery may prove itself with: the valid ones, and after them the candidates.
func (k Keys) Believed(now time.Time) []string {
	return append(k.Valid(now), ValidSecrets(k.Candidates, now)...)
}

// ValidSecrets returns the values of those that count at this time.
func ValidSecrets(secrets []Secret, now time.Time) []string {
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
	ID    string     `json:"id"`
	Place chat.Place `json:"place"`
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
	Mention   string     `json:"mention,omitempty"`
	CreatedBy chat.Actor `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
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
	// Place is the channel, or the thread in it that the card is in.
	Place chat.Place `json:"place"`
	// Message is the card; zero before it is posted.
	Message chat.MessageRef `json:"message,omitzero"`
	// Thread names the series whose thread the card belongs in; "" for none.
	Thread string `json:"thread,omitempty"`
	// ThreadTitle is what people call it, where that is not the name itself.
	ThreadTitle string `json:"thread_title,omitempty"`
	// Earlier is the card before this one, if it has surfaced again.
	Earlier chat.MessageRef `json:"earlier,omitzero"`
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
	// Threads are the threads of style Thread, by the channels' keys.
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

// ShownBy reports whether the message is the card or in its thread.
func (s Shown) ShownBy(m chat.MessageRef) bool {
	if !s.Place.SameChannel(m.Place) || m.Zero() {
		return false
	}
	cards := []string{s.Message.ID, s.Earlier.ID}
	return slices.Contains(cards, m.ID) || m.Thread != "" && (slices.Contains(cards, m.Thread) || s.Place.Thread == m.Thread)
}

// maxCandidates is how many secrets wait at a time for a delivery that proves them.
const maxCandidates = 2

// Suggest adds a candidate, for as long as it may take until a delivery proves it.
func (k *Keys) Suggest(value string, now time.Time, wait time.Duration) {
	k.Withdraw(value)
	k.Candidates = append([]Secret{{Value: value, Until: now.Add(wait)}}, k.Candidates...)
	k.Candidates = k.Candidates[:min(len(k.Candidates), maxCandidates)]
}

// Withdraw takes a candidate away.
func (k *Keys) Withdraw(value string) {
	k.Candidates = slices.DeleteFunc(k.Candidates, func(c Secret) bool { return c.Value == value })
}

// Kinds returns the kinds of news that the subscription asks for.
func (s Subscription) Kinds(d provider.Descriptor) []string {
	if s.Events != nil {
		return s.Events
	}
	var wanted []string
	for _, kind := range d.Events {
		if kind.Default {
			wanted = append(wanted, kind.ID)
		}
	}
	return wanted
}

// Responsible is who hears of trouble with it.
func (c Connection) Responsible() chat.Actor {
	if c.ActsAs != "" {
		return c.ActsAs.Actor()
	}
	return c.CreatedBy
}

// WebhooksLink returns a link to where the tool lists the webhooks, as far as it is known.
func (c Connection) WebhooksLink() string {
	if c.Resource.SettingsURL != "" {
		return chat.Link(c.Resource.SettingsURL, c.Resource.SettingsURL)
	}
	return c.Link()
}

// Link returns the connection's name, with a link to its page where it has one.
func (c Connection) Link() string {
	return chat.Link(chat.Truncate(c.Name, 100), c.Resource.URL)
}

// In returns where the subject is shown in the channel, nil for nowhere.
func (sub *Subject) In(place chat.Place) *Shown {
	for i := range sub.Shown {
		if sub.Shown[i].Place.SameChannel(place) {
			return &sub.Shown[i]
		}
	}
	return nil
}

// StyleIn returns the style of the subscription that it is shown for.
func (at *Shown) StyleIn(all []Subscription) Style {
	for _, s := range all {
		if s.ID == at.Subscription {
			return s.Style
		}
	}
	return Live
}

// leaseTime is how long a server may be silent before another goes on with what it leased.
const leaseTime = 30 * time.Second

// Taken returns the lease as its next owner has it.
func (l Lease) Taken(owner string, now time.Time) Lease {
	if l.Since.IsZero() {
		l.Since = now
	}
	return Lease{Owner: owner, Until: now.Add(leaseTime), Since: l.Since}
}

// Same reports whether nobody has taken the lease since.
func (l Lease) Same(other Lease) bool { return l.Owner == other.Owner && l.Until.Equal(other.Until) }

const (
	// overlap is how long a secret counts after another has taken its place.
	SecretOverlap = 24 * time.Hour
	// maxSecrets is how many count at a time: each costs a signature for every delivery.
	maxSecrets = 4
)

// Replace puts another secret in force. Those before count for a while.
func (k *Keys) Replace(value string, now time.Time) {
	secrets := []Secret{{Value: value}}
	for _, secret := range k.Secrets {
		if secret.Until.IsZero() {
			secret.Until = now.Add(SecretOverlap)
		}
		if secret.Value != value && now.Before(secret.Until) && len(secrets) < maxSecrets {
			secrets = append(secrets, secret)
		}
	}
	k.Secrets = secrets
	k.Withdraw(value)
}

// SharedIn reports whether the subject's card was sent to the channel without the channel following anything.
func (sub Subject) SharedIn(place chat.Place) bool {
	return slices.ContainsFunc(sub.Shown, func(at Shown) bool { return at.Place.SameChannel(place) && at.Shared })
}

// ActionMeeting is the action that each card has beside its provider's: a Zoom meeting about it, in its thread.
const ActionMeeting = "zoom"
