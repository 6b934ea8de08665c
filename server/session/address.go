package session

import (
	"net"
	"net/url"
	"path"
	"strings"
)

// maxAddress is the longest accepted address of a site, in bytes.
const maxAddress = 500

// parseAddress returns a site's address in the normal form in which it is stored and compared. It must be https, or http on this machine,
// because credentials are sent there. It must not contain anything that would be lost when a path is added.
func parseAddress(raw string) (string, bool) {
	raw = strings.TrimSpace(raw)
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxAddress || u.Hostname() == "" || u.Opaque != "" || u.User != nil || strings.ContainsAny(raw, "?#\\") {
		return "", false
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", false
	}
	below := strings.TrimRight(u.EscapedPath(), "/")
	if below != "" && path.Clean(below) != below {
		return "", false
	}
	return origin(u) + below, true
}

// origin returns the scheme, host and non-default port of an address.
func origin(u *url.URL) string {
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if usual := map[string]string{"https": "443", "http": "80"}[u.Scheme]; port != "" && port != usual {
		host += ":" + port
	}
	return u.Scheme + "://" + host
}

// loopback reports whether the host is this machine.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
