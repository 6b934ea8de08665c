package bridge

import (
	"encoding/json"
	"regexp"
	"slices"
	"time"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Connection is a site, account or repository at a provider that channels can subscribe to. It holds its subscriptions, so that one read
// tells which channels a delivery is for.
type Connection struct {
	// ID is random for what users name themselves, and derived from the site and the resource for what we set up at the provider, so that
	// a second channel finds what the first made.
	ID       string `json:"id"`
	Provider string `json:"provider"`
	// Name is what people call it, as they wrote it.
	Name string `json:"name"`
	// Site is the base URL of the provider; "" where it isn't known.
	Site     string            `json:"site,omitempty"`
	Resource provider.Resource `json:"resource,omitzero"`
	// HookKey follows the ID in the address of its deliveries.
	HookKey   string     `json:"hook_key"`
	CreatedBy chat.Actor `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	// Sealed holds its secrets and credential; see Keys.
	Sealed string `json:"sealed"`
	// ActsAs is the user whose account calls the provider for it; "" where its own credential does, or nothing.
	ActsAs chat.PersonID `json:"acts_as,omitempty"`
	// HasCredential says that Sealed holds a credential; EnteredBy is the user who entered it.
	HasCredential bool          `json:"has_credential,omitempty"`
	EnteredBy     chat.PersonID `json:"entered_by,omitempty"`
	// Installation is the provider's name for the webhook that we made.
	Installation json.RawMessage `json:"installation,omitempty"`
	// Installing is when a server began to make it, until it is recorded.
	Installing    time.Time      `json:"installing,omitzero"`
	Subscriptions []Subscription `json:"subscriptions,omitempty"`
}

// connectionForm is the pattern of a connection's ID. Each delivery carries one, as its sender wrote it.
var connectionForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// IsConnectionID reports whether the text can be the ID of a connection.
func IsConnectionID(text string) bool { return connectionForm.MatchString(text) }

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

// Keys are a connection's secrets and credential.
type Keys struct {
	// Secrets are those that deliveries may prove themselves with, the newest first.
	Secrets []Secret `json:"secrets"`
	// Candidates are secrets that nothing has proved yet, the newest first: the first delivery that one of them fits puts it in force. They
	// prove nothing else.
	Candidates []Secret `json:"candidates,omitempty"`
	// Credential is what calls to the provider are made with; nil for none.
	Credential *provider.Credential `json:"credential,omitempty"`
}

// Secret is shared with the provider.
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

// Responsible is the user who is told of trouble with it: the one whose account it acts with, on the surface where they connected it.
func (c Connection) Responsible() chat.Actor {
	if c.ActsAs == "" || c.CreatedBy.Person == c.ActsAs {
		return c.CreatedBy
	}
	for _, sub := range c.Subscriptions {
		if sub.CreatedBy.Person == c.ActsAs {
			return sub.CreatedBy
		}
	}
	return c.ActsAs.Actor()
}

// WebhooksLink returns a link to the provider's list of webhooks, as far as it is known.
func (c Connection) WebhooksLink() chat.Text {
	if c.Resource.SettingsURL != "" {
		return chat.Link(c.Resource.SettingsURL, c.Resource.SettingsURL)
	}
	return c.Link()
}

// Link returns the connection's name, with a link to its page where it has one.
func (c Connection) Link() chat.Text {
	return chat.Link(chat.Truncate(c.Name, 100), c.Resource.URL)
}

const (
	// SecretOverlap is how long a secret counts after another replaced it.
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
