package untrusted

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
)

// maxURL is the longest address that is kept, in bytes.
const maxURL = 1000

// hostPattern matches a host, with or without a port.
var hostPattern = regexp.MustCompile(`^[A-Za-z0-9.\-_\[\]:]+$`)

// URL returns the address if a link may lead there: an http or https address without credentials, white space, or control characters.
// Otherwise, it returns "".
func URL(address string) string {
	if address == "" || len(address) > maxURL ||
		strings.ContainsFunc(address, func(c rune) bool { return c <= ' ' || unicode.IsSpace(c) || unicode.IsControl(c) }) {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || !hostPattern.MatchString(u.Host) || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return address
}

// BaseURL returns the address of a server that an admin typed, with the host in lower case and no slash at the end. It reports false
// for an address that has a query or fragment, or that URL refuses.
func BaseURL(typed string) (string, bool) {
	u, err := url.Parse(URL(strings.TrimSpace(typed)))
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + strings.TrimRight(u.EscapedPath(), "/"), true
}
