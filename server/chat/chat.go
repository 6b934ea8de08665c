// Package chat is the neutral model of the chat product: people, places and notes, without any of its API types.
package chat

// Person is somebody with an account in the chat product.
type Person struct {
	ID       PersonID
	Username string
	Email    string
	// EmailVerified reports that the server has checked that the address is the person's.
	EmailVerified bool
	// IdentityProvider names who signs the person in ("saml", "ldap", "gitlab", …); "" when the server itself does.
	// An address that comes from an identity provider cannot be chosen by the person.
	IdentityProvider string
	Admin            bool
	// Guest is somebody who was invited to some channels only.
	Guest bool
}

// Channel is a conversation.
type Channel struct {
	// Public channels can be joined by everybody in the team.
	Public   bool
	Archived bool
	// Direct is the conversation of the bot with one person.
	Direct bool
	// Name is what people call it; "" for a direct message.
	Name string
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
	// Action says what the click does; letters and digits only.
	Action string
	Values map[string]string
}

// Click is somebody choosing a button, or a line of a menu, which is the value "selected" then. All but Actor come from the client. Of that, only a value that was sealed when the
// button was made proves anything: what the button does, and for whom. The rest proves nothing, nor does any of it say that
// the user may still do it: whoever carries the click out checks that.
type Click struct {
	Actor Actor
	Place Place
	// Message is the note or card with the button.
	Message MessageRef
	Action  string
	// Card says that the button is one of a card, which everybody sees; those are not sealed, and what they are about is told by the
	// card's record alone.
	Card   bool
	Values map[string]string
	// Talk is the exchange that the click began.
	Talk Conversation
}
