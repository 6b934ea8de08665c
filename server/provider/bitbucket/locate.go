package bitbucket

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// maxTyped limits the address that a user types, in characters.
const maxTyped = 2000

var (
	// scpForm is Git's short form of an SSH address: git@host:path.
	scpForm = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+@)?([A-Za-z0-9.-]+):([^/].*)$`)
	// ownerForm is a workspace, a project key, or "~" and a user; slugForm is a repository.
	ownerForm = regexp.MustCompile(`^~?[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,127}$`)
	slugForm  = regexp.MustCompile(`^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,127}$`)
	// shorthand is a repository without a server.
	shorthand = regexp.MustCompile(`^~?[^/:@\s]+/[^/:@\s]+$`)
)

// Locate understands the address of a repository or anything in it, from a browser or Git, at one of the sites.
func (*Bitbucket) Locate(text string, sites []provider.Site) (provider.Location, error) {
	typed := strings.Trim(strings.TrimSpace(text), "<>\"'`")
	if typed == "" || len(typed) > maxTyped || strings.ContainsAny(typed, " \t\r\n") {
		return unknownAddress()
	}
	if at, ok := locateShorthand(typed, sites); ok {
		return at, nil
	}
	u, ssh, ok := readAddress(typed)
	if !ok {
		return unknownAddress()
	}
	site, path := siteAt(u, ssh, sites)
	if site.URL == "" {
		// Not one of our sites: the bridge reports it with the name of the host.
		site = provider.Site{URL: u.Scheme + "://" + strings.ToLower(u.Host)}
	}
	owner, slug, ok := repositoryIn(site, ssh, segments(path))
	if !ok {
		return unknownAddress()
	}
	return provider.Location{Site: site.URL, Path: owner + "/" + slug}, nil
}

func unknownAddress() (provider.Location, error) {
	return provider.Location{}, fault.New(fault.AddressUnknown).With("Provider", "Bitbucket").With("Example", cloudURL+"/workspace/repository")
}

// locateShorthand understands "workspace/repository". The site is set if there is only one.
func locateShorthand(typed string, sites []provider.Site) (provider.Location, bool) {
	if !shorthand.MatchString(typed) {
		return provider.Location{}, false
	}
	owner, slug, _ := strings.Cut(typed, "/")
	if len(sites) > 0 && strings.EqualFold(owner, hostOf(sites[0].URL)) || strings.Contains(owner, ".") && !strings.HasPrefix(owner, "~") {
		return provider.Location{}, false // a host
	}
	slug = strings.TrimSuffix(slug, ".git")
	if !validRepository(owner, slug) {
		return provider.Location{}, false
	}
	at := provider.Location{Path: owner + "/" + slug}
	if len(sites) == 1 {
		at.Site = sites[0].URL
	}
	return at, true
}

// readAddress reads a web or SSH address, with or without a scheme.
func readAddress(typed string) (u *url.URL, ssh, ok bool) {
	if !strings.Contains(typed, "://") {
		found := scpForm.FindStringSubmatch(typed)
		switch {
		case found != nil && strings.Trim(strings.SplitN(found[2], "/", 2)[0], "0123456789") != "":
			return &url.URL{Scheme: "https", Host: found[1], Path: "/" + found[2]}, true, true
		case !strings.Contains(strings.SplitN(typed, "/", 2)[0], ".") && found == nil:
			return nil, false, false
		}
		typed = "https://" + typed
	}
	u, err := url.Parse(typed)
	if err != nil || u.Hostname() == "" {
		return nil, false, false
	}
	switch u.Scheme {
	case "https", "http":
		return u, false, true
	case "ssh", "git+ssh":
		// The port is that of SSH and says nothing about the pages.
		return &url.URL{Scheme: "https", Host: u.Hostname(), Path: u.Path}, true, true
	}
	return nil, false, false
}

// siteAt returns the site of the address, zero for none, and the path below its base.
func siteAt(u *url.URL, ssh bool, sites []provider.Site) (provider.Site, string) {
	var best provider.Site
	path, length := u.Path, -1
	for _, site := range sites {
		for _, base := range []string{site.URL, site.API} {
			b, err := url.Parse(base)
			if err != nil || b.Host == "" || !sameHost(u, b, ssh, site.Kind) {
				continue
			}
			prefix := strings.TrimRight(b.Path, "/")
			rest, below := strings.CutPrefix(u.Path, prefix)
			if ssh { // Git addresses don't contain the base path of the pages
				rest, below = u.Path, true
			}
			if below && (rest == "" || rest[0] == '/') && len(prefix) > length {
				best, path, length = site, rest, len(prefix)
			}
		}
	}
	return best, path
}

// sameHost reports whether an address is at the host of a site.
func sameHost(u, base *url.URL, ssh bool, kind string) bool {
	host := strings.ToLower(u.Hostname())
	if kind == kindCloud {
		host = strings.TrimPrefix(strings.TrimPrefix(host, "www."), "altssh.")
	}
	if host != strings.ToLower(base.Hostname()) {
		return false
	}
	return ssh || portOf(u) == portOf(base)
}

// portOf returns the port unless it is the default of http or https, which people mix up.
func portOf(u *url.URL) string {
	if port := u.Port(); port != "80" && port != "443" {
		return port
	}
	return ""
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// segments returns the parts of a path.
func segments(path string) []string {
	return slices.DeleteFunc(strings.Split(path, "/"), func(part string) bool { return part == "" })
}

// repositoryIn returns the repository in the path of a page, the API, or Git.
func repositoryIn(site provider.Site, ssh bool, parts []string) (owner, slug string, ok bool) {
	if len(parts) > 2 && parts[0] == "rest" && parts[1] == "api" {
		parts = parts[min(3, len(parts)):]
	}
	if len(parts) > 2 && parts[0] == "2.0" && parts[1] == "repositories" {
		parts = parts[2:]
	}
	switch {
	case site.Kind != kindCloud && len(parts) >= 4 && parts[0] == "projects" && parts[2] == "repos":
		owner, slug = parts[1], parts[3]
	case site.Kind != kindCloud && len(parts) >= 4 && parts[0] == "users" && parts[2] == "repos":
		owner, slug = "~"+parts[1], parts[3]
	case site.Kind != kindCloud && len(parts) >= 3 && parts[0] == "scm":
		owner, slug = parts[1], parts[2]
	case len(parts) >= 2 && (site.Kind != kindDataCenter || ssh):
		owner, slug = parts[0], parts[1]
		if site.Kind == kindCloud && slices.Contains([]string{"workspace", "profile", "account", "projects"}, slug) {
			return "", "", false
		}
	}
	slug = strings.TrimSuffix(slug, ".git")
	return owner, slug, validRepository(owner, slug)
}

// validRepository reports whether these are valid names of a repository. Names that could lead elsewhere in an address aren't.
func validRepository(owner, slug string) bool {
	return ownerForm.MatchString(owner) && slugForm.MatchString(slug) && slug != "." && slug != ".."
}
