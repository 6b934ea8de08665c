package chat

// Form is a dialog that asks somebody for something.
type Form struct {
	// Kind says what the answer is for; letters, digits and "_".
	Kind string
	// State comes back with the answer. Whoever makes the form seals it, so that nobody else can.
	State string
	// Title has at most 24 characters where it is shown.
	Title Message
	Intro Message
	// Submit is the label of the button that sends the answer; zero is the chat product's own.
	Submit Message
	Fields []FormField
}

// FieldKind is what a field of a form takes.
type FieldKind string

// The kinds of fields.
const (
	TextField     FieldKind = "text"
	SecretField   FieldKind = "secret"
	LongTextField FieldKind = "textarea"
	SelectField   FieldKind = "select"
	BoolField     FieldKind = "bool"
	// MultiSelectField takes any number of its options; their values are joined by commas, which none of them contains.
	MultiSelectField FieldKind = "multiselect"
)

// FormField is one question of a form.
type FormField struct {
	// Name is what the answer is found under.
	Name string
	Kind FieldKind
	// Label has at most 24 characters where it is shown, Help at most 150.
	Label       Message
	Help        Message
	Placeholder Message
	// Default is what the field begins with; "true" or "false" for a BoolField. Never a secret.
	Default  string
	Optional bool
	// Options are the choices of a SelectField or MultiSelectField.
	Options []Option
	// Search says that there are more choices than those, which are looked up by what is typed. Where that cannot be done, the options are
	// all there is to choose from.
	Search bool
	// MaxLength bounds a text, in characters; 0 is the chat product's own bound.
	MaxLength int
}

// FormAnswer is what somebody sent with a form. Only a sealed State proves anything: what was asked, and of whom.
type FormAnswer struct {
	Actor Actor
	Place Place
	Kind  string
	State string
	// Values hold the answers by name; those of a BoolField are "true" or "false", those of a MultiSelectField are joined by
	// commas.
	Values map[string]string
	// Talk is the exchange that the answer began; nil if the surface doesn't know where the form was asked for.
	Talk Conversation
}

// FormErrors are what is wrong with an answer, by the field's name; the form stays open and shows them.
type FormErrors map[string]Message
