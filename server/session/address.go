package session

import (
	"net"
	"net/url"
	"path"
	"strings"
)

// maxAddress is the longest address of a site.
const maxAddress = 500

// parseAddress returns the address of a site in the one form that it is kept and compared in. It must be https, or http on this
// machine itself, since credentials go there; and nothing may be in it that would be lost when a path is added.
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

// origin returns the scheme and host of an address, and its port unless that is the usual one.
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
