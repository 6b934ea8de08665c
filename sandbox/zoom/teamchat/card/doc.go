// Package card knows the content of a chatbot's messages: the elements there are, the
// values they may hold, and what users can do with them. It is not about who sees a
// message or where it is.
//
// [Check] is strict: Zoom's client leaves out elements that it doesn't understand, so
// a misspelled word would go unnoticed.
// https://developers.zoom.us/docs/chat/customizing-messages/
package card

// The limits of a card, in characters or elements. Zoom publishes none; these are the
// ones that its guidance for authors of chatbots names.
const (
	MaxText       = 4096
	MaxButtonText = 40
	MaxField      = 256 // a key, or a value
	MaxOptions    = 100
	MaxButtons    = 5 // of the whole card
)
