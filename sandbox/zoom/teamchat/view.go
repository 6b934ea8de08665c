package teamchat

import (
	"slices"
	"strings"
)

// View is what a user's client shows.
type View struct {
	// Revision changes when there is something new to show.
	Revision int      `json:"revision"`
	Me       Person   `json:"me"`
	People   []Person `json:"people"`
	Places   []Place  `json:"places"`
	Apps     []App    `json:"apps"`
	// In is the JID of the open conversation, whose messages these are.
	In       string     `json:"in"`
	Messages []*Message `json:"messages"`
}

// Place is a conversation in the list.
type Place struct {
	JID  string `json:"jid"`
	Name string `json:"name"`
	// Kind is "channel", "app" or "person".
	Kind string `json:"kind"`
	// Latest is the ID of the newest message that the user sees.
	Latest string `json:"latest,omitempty"`
	// Members are the names of a channel's members, for those who choose one.
	Members []Person `json:"members,omitempty"`
}

// App is a bot that the user can use.
type App struct {
	ClientID  string     `json:"client_id"`
	JID       string     `json:"jid"`
	Name      string     `json:"name"`
	Command   string     `json:"command"`
	Hints     []Hint     `json:"hints"`
	Shortcuts []Shortcut `json:"shortcuts"`
	Mention   bool       `json:"mention"`
}

// People lists who can use the client.
func (c *Chat) People() []Person { return append([]Person{}, c.zoom.People()...) }

// Revision changes when there is something new to show.
func (c *Chat) Revision() int { return c.revision }

// View returns what a user's client shows with a conversation open; without one it shows
// the first.
func (c *Chat) View(as, in string) (View, error) {
	p, err := c.person(as)
	if err != nil {
		return View{}, err
	}
	v := View{Revision: c.revision, Me: p, People: []Person{}, Places: []Place{}, Apps: []App{}, Messages: []*Message{}}
	for _, ch := range c.channels {
		if ch.has(p.JID) {
			v.Places = append(v.Places, Place{JID: ch.JID, Name: ch.Name, Kind: "channel", Members: c.members(ch)})
		}
	}
	for _, b := range c.usable(p) {
		v.Places = append(v.Places, Place{JID: withBot(p, b).jid, Name: b.Name, Kind: "app"})
		v.Apps = append(v.Apps, App{
			b.ClientID, b.JID, b.Name, b.Command, append([]Hint{}, b.Hints...), append([]Shortcut{}, b.Shortcuts...), b.Mention,
		})
	}
	for _, other := range c.zoom.People() {
		if other.AccountID == p.AccountID {
			v.People = append(v.People, other)
			if other.JID != p.JID {
				v.Places = append(v.Places, Place{JID: between(p, other).jid, Name: other.Name, Kind: "person"})
			}
		}
	}
	if in == "" && len(v.Places) > 0 {
		in = v.Places[0].JID
	}
	if in == "" {
		return v, nil
	}
	at, err := c.placeFor(p, in)
	v.In = at.jid
	c.fill(&v, p)
	return v, err
}

// fill adds what was said.
func (c *Chat) fill(v *View, p Person) {
	for _, m := range c.messages {
		if !m.seenBy(p) {
			continue
		}
		if i := slices.IndexFunc(v.Places, func(at Place) bool { return at.JID == m.place.jid }); i >= 0 {
			v.Places[i].Latest = m.ID
		}
		if m.place.jid == v.In {
			copied := *m
			v.Messages = append(v.Messages, &copied)
		}
	}
}

// members lists who is in a channel.
func (c *Chat) members(ch *Channel) []Person {
	in := []Person{}
	for _, p := range c.zoom.People() {
		if ch.has(p.JID) {
			in = append(in, p)
		}
	}
	slices.SortFunc(in, func(a, b Person) int { return strings.Compare(a.Name, b.Name) })
	return in
}
