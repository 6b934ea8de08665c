package teamchat

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Zoom is the rest of Zoom, as far as Team Chat depends on it.
type Zoom interface {
	// People lists all users, of all accounts.
	People() []Person
	// Bots lists all apps that have a bot.
	Bots() []Bot
	// Installed reports whether a user can use a bot: the user, or an admin for the
	// user's account, has added the app.
	Installed(b Bot, p Person) bool
	// Notify leaves an event to be sent to a bot. Events of one lane arrive in order.
	Notify(b Bot, lane, event string, body []byte)
	// Rules are the switches.
	Rules() Rules
}

// Rules are what a user of the sandbox can choose.
type Rules struct {
	// LenientContent accepts messages with content that no client shows as a whole.
	LenientContent bool
	// ChannelLimits limits messages per channel.
	ChannelLimits bool
	// VisibleTo is how visible_to_user names a user: "id", "jid", or either when empty.
	VisibleTo string
	// CutMention leaves the bot's name out of the message in team_chat.app_mention.
	CutMention bool
}

// Person is a user of Zoom.
type Person struct {
	ID        string `json:"id"`
	JID       string `json:"jid"`
	MemberID  string `json:"member_id"`
	Name      string `json:"name"`
	FirstName string `json:"-"`
	LastName  string `json:"-"`
	Email     string `json:"email"`
	AccountID string `json:"account_id"`
}

// Chat is everything that was said, and who can say something where. Its methods need
// the sandbox's lock; none of them does any I/O.
type Chat struct {
	zoom Zoom
	*kit.World

	channels  []*Channel
	messages  []*Message
	callbacks map[string]*callback // by the end of their address
	links     map[string]*link     // by trigger ID
	webviews  map[string]*webview
	pace      map[string]*pace // by place
	problems  []Problem
	revision  int // changes with everything that a client shows
}

// New returns an empty chat.
func New(base *kit.World, zoom Zoom) *Chat {
	return &Chat{
		zoom: zoom, World: base, callbacks: map[string]*callback{}, links: map[string]*link{}, webviews: map[string]*webview{},
		pace: map[string]*pace{},
	}
}

// Problem is content that a client would not show as a whole, or a page that it would
// not open.
type Problem struct {
	At       time.Time `json:"at"`
	ClientID string    `json:"client_id"`
	About    string    `json:"about"`
	Problems []string  `json:"problems"`
}

// report keeps problems for the author of the app.
func (c *Chat) report(b Bot, about string, problems ...string) {
	c.problems = append(c.problems, Problem{c.Now(), b.ClientID, about, problems})
}

// Problems returns what apps have done wrong so far, oldest first.
func (c *Chat) Problems() []Problem { return append([]Problem{}, c.problems...) }

// changed has clients draw what they show again.
func (c *Chat) changed() { c.revision++ }

// person finds a user by email address, ID or JID.
func (c *Chat) person(key string) (Person, error) {
	for _, p := range c.zoom.People() {
		if key != "" && (p.ID == key || p.JID == key || strings.EqualFold(p.Email, key)) {
			return p, nil
		}
	}
	return Person{}, errors.Wrapf(kit.ErrNotFound, "user %q", key)
}

// bot finds a bot by a test.
func (c *Chat) bot(is func(Bot) bool) (Bot, bool) {
	bots := c.zoom.Bots()
	if i := slices.IndexFunc(bots, is); i >= 0 {
		return bots[i], true
	}
	return Bot{}, false
}

// botOf finds the bot of an app that a user has, by client ID, JID, name or command.
func (c *Chat) botOf(p Person, key string) (Bot, error) {
	key = strings.TrimPrefix(key, "/")
	b, found := c.bot(func(b Bot) bool {
		return key != "" && (b.ClientID == key || b.JID == key || b.Command == key || strings.EqualFold(b.Name, key)) && c.zoom.Installed(b, p)
	})
	if !found {
		return Bot{}, errors.Wrapf(kit.ErrNotFound, "app %q of %s", key, p.Name)
	}
	return b, nil
}

// usable lists the bots that a user can use, by name.
func (c *Chat) usable(p Person) []Bot {
	bots := slices.DeleteFunc(slices.Clone(c.zoom.Bots()), func(b Bot) bool { return !c.zoom.Installed(b, p) })
	slices.SortFunc(bots, func(a, b Bot) int { return cmp.Compare(a.Name, b.Name) })
	return bots
}

// in reports whether an account has a bot: one of its users can use it.
func (c *Chat) in(account string, b Bot) bool {
	return slices.ContainsFunc(c.zoom.People(), func(p Person) bool { return p.AccountID == account && c.zoom.Installed(b, p) })
}
