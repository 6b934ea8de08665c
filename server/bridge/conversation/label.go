package conversation

// MaxButtonLabel bounds the names that people gave to things where they label a button, in characters.
const MaxButtonLabel = 40
