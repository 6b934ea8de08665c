package bitbucket

import (
	"strings"
)

// link is an address in the form of Cloud's links.
func link(href string) object { return object{"href": href} }

// trimBraces takes the braces off a UUID of Cloud's.
func trimBraces(uuid string) string { return strings.Trim(uuid, "{}") }
