package conversation

// The deeds, as intents name them. Those that can be typed are named like their words.
const (
	OpConnect       = "connect"
	OpConnectAsk    = "connect_ask" // opens the form
	OpConnectNew    = "connect_new" // although there is one with the name
	OpConnectByHand = "connect_by_hand"
	OpConnectAnyway = "connect_anyway" // although not everyone in the channel may see it at the provider
	OpDisconnect    = "disconnect"
	OpDisconnectNow = "disconnect_now"
	OpLeave         = "leave" // disconnects and signs out
	OpSignOut       = "sign_out"
	OpAskSignOut    = "signout"
	OpSignIn        = "signin"
	OpCreate        = "trigger"
	OpSearch        = "search"
	OpLook          = "look"
	OpSend          = "send"
	OpOnCall        = "oncall"
	OpAddRotation   = "oncall_add"
	OpAskRotation   = "oncall_ask"
	OpDropRotation  = "oncall_drop"
	OpAskRule       = "rule_ask"
	OpAnnotate      = "note"
	OpAnnotateThis  = "note_this"
	OpSignedIn      = "signed_in" // only says so
	OpConfigure     = "configure"
	OpList          = "list"
	OpTest          = "test"
	OpStatus        = "status"
	OpDeliveries    = "deliveries"
	OpRepair        = "repair"
	OpRotate        = "rotate"
	OpRotateNow     = "rotate_now"
	OpHelp          = "help"
	OpSay           = "say" // carries out a line whose provider was asked for
	OpCancel        = "cancel"
)

// Kinds of what configuring shows: buttons under notes, and forms.
const (
	PressConfigure  = "configure_open"
	FormConfigure   = "configure_form"
	PressAccess     = "access_open"
	PressAccessAsk  = "access_ask"
	PressAccessDrop = "access_drop"
	FormAccess      = "access_form"
	PressSetup      = "setup_open"
	PressSetupAsk   = "setup_ask"
	PressSetupDrop  = "setup_drop"
	FormSetup       = "setup_form"
)
