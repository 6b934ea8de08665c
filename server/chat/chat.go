// Package chat is the neutral model of a chat product: people, places, messages, cards and forms. It knows no product's API and calls
// none.
package chat

// Person is a user of the chat product.
type Person struct {
	ID       PersonID
	Username string
	Email    string
	// EmailVerified reports whether the server has verified that the address belongs to the person.
	EmailVerified bool
	// IdentityProvider names the service that signs the person in ("saml", "ldap", "gitlab", …); "" if the server does it. The person
	// can't choose an address that an identity provider supplies.
	IdentityProvider string
	Admin            bool
	// Guest reports whether the person was invited to some channels only.
	Guest bool
}

// Channel is a conversation.
type Channel struct {
	// Public channels can be joined by everyone in the team.
	Public   bool
	Archived bool
	// Direct reports whether this is the bot's conversation with one person.
	Direct bool
	// Name is the channel's display name; "" for a direct message.
	Name string
}

// Standing is what is true of an actor in a place at one moment.
type Standing struct {
	Person  Person
	Channel Channel
	// MayPost reports whether the actor may post there. If not, the rest may be missing.
	MayPost bool
}

// Note is a message that only one person sees.
type Note struct {
	Text    Message
	Buttons []Button
}

// Button is a choice under a note. A click comes back as a Click with the same action and values.
type Button struct {
	Label   Message
	Primary bool
	// Action names what the click does; letters and digits only.
	Action string
	Values map[string]string
}

// Click is a click on a button, or a choice from a menu, which is the value "selected". All fields but Actor come from the client. Of
// those, only a value that was sealed when the button was made proves anything: what the button does, and for whom. No field says that
// the user may still do it: the code that carries out the click checks that.
type Click struct {
	Actor Actor
	Place Place
	// Message is the note or card that has the button.
	Message MessageRef
	Action  string
	// Card reports that the button belongs to a card, which everyone sees. Such buttons aren't sealed; only the card's record says what
	// they are about.
	Card   bool
	Values map[string]string
	// Talk is the conversation that the click starts.
	Talk Conversation
}
