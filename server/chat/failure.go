package chat

// Failure returns the sentence for a failure, for use in a message. What comes from outside is made harmless in it: Zoom's own
// words, which may repeat what anybody typed, and addresses.
func Failure(err error) Message {
	m := OfFault(err)
	harmless := make(map[string]string, len(m.Params))
	for name, value := range m.Params {
		switch name {
		case "Link":
			harmless[name] = Link(value, value)
		case "Scope":
			// As code it can be copied as it is.
			harmless[name] = Code(value)
		default:
			harmless[name] = Escape(value)
		}
	}
	m.Params = harmless
	return m
}
