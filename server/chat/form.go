package chat

// Form is a dialog with questions for a user.
type Form struct {
	// Kind says which operation the answer belongs to; letters, digits and "_".
	Kind string
	// State comes back with the answer. The code that makes the form seals it, so that no one else can.
	State string
	// Title has at most 24 characters, rendered.
	Title Message
	Intro Message
	// Submit is the label of the button that sends the answer; zero for the chat product's own label.
	Submit Message
	Fields []FormField
}

// FieldKind says what kind of value a form's field takes.
type FieldKind string

// The kinds of fields.
const (
	TextField     FieldKind = "text"
	SecretField   FieldKind = "secret"
	LongTextField FieldKind = "textarea"
	SelectField   FieldKind = "select"
	BoolField     FieldKind = "bool"
	// MultiSelectField takes any number of its options. The values are joined by commas, so no value may contain one.
	MultiSelectField FieldKind = "multiselect"
)

// FormField is one question of a form.
type FormField struct {
	// Name is the key of the field's value in the answer.
	Name string
	Kind FieldKind
	// Label has at most 24 characters, rendered, Help at most 150.
	Label       Message
	Help        Message
	Placeholder Message
	// Default is the field's initial value; "true" or "false" for a BoolField. Never a secret.
	Default  string
	Optional bool
	// Options are the choices of a SelectField or MultiSelectField.
	Options []Option
	// Search reports that there are more choices than Options, to be looked up by what the user types. On a surface that can't look them
	// up, Options are the only choices.
	Search bool
	// MaxLength is the most characters a text field takes; 0 for the chat product's own limit.
	MaxLength int
}

// FormAnswer is a submitted form. Only a sealed State proves anything: what was asked, and of whom.
type FormAnswer struct {
	Actor Actor
	Place Place
	Kind  string
	State string
	// Values are the answers by field name; those of a BoolField are "true" or "false", those of a MultiSelectField are joined by commas.
	Values map[string]string
	// Talk is the conversation that the answer starts; nil if the surface doesn't know where the form was requested.
	Talk Conversation
}

// FormErrors are the errors in an answer by field name; the form stays open and shows them.
type FormErrors map[string]Message
