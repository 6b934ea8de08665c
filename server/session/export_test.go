package session

// What tests in package session_test need to know of the inside.
const (
	CallTimeout  = callTimeout
	MaxNext      = maxNext
	MaxSites     = maxSites
	MaxAddress   = maxAddress
	MaxRedirects = maxRedirects
)

// These are the functions of the same names.
var (
	ParseAddress = parseAddress
	Origin       = origin
	RetryAfter   = retryAfter
)
