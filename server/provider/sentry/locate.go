package sentry

import (
	"net/url"
	"slices"
	"strings"
	"unicode"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// maxTyped limits the text that a user types, in characters.
const maxTyped = 500

// The quotes that people type, and those that programs turn them into.
const (
	doubleQuotes = "\"“”„«»〝〞＂"
	singleQuotes = "'‘’‚‹›`"
)

// Words splits what a user typed into names: a text in quotes of any kind, even broken ones, or a single word.
func Words(typed string) []string {
	var words []string
	var word []rune
	open, closed := "", false
	end := func() {
		if s := strings.TrimSpace(string(word)); s != "" {
			words = append(words, s)
		}
		word, open, closed = nil, "", false
	}
	// Instructions show placeholders in angle brackets, and people copy them.
	runes := []rune(untrusted.Line(strings.NewReplacer("<", " ", ">", " ").Replace(typed), maxTyped))
	for i, c := range runes {
		follows := i+1 < len(runes) && !unicode.IsSpace(runes[i+1])
		begins := i == 0 || unicode.IsSpace(runes[i-1]) || closed
		closed = false
		switch {
		case open != "" && strings.ContainsRune(open, c) && (open == doubleQuotes || !follows):
			opens := begins && follows // a quote that was never closed
			family := open
			end()
			if opens {
				open = family
			}
			closed = !opens
		case open == "" && begins && strings.ContainsRune(doubleQuotes, c):
			end()
			open = doubleQuotes
		case open == "" && begins && strings.ContainsRune(singleQuotes, c):
			end()
			open = singleQuotes
		case open == "" && unicode.IsSpace(c):
			end()
		default:
			word = append(word, c)
		}
	}
	end()
	return words
}

// Locate understands names or slugs of an organization and a project, with or without quotes, or the address of one of their pages. The
// path contains the words, which Find looks up; it is empty if the user has to choose everything.
func (setup) Locate(typed string, sites []provider.Site) (provider.Location, error) {
	words := Words(typed)
	site := defaultSite(sites)
	if len(words) > 0 && strings.Contains(words[0], "://") {
		found, named, ok := parsePage(words[0], sites)
		if !ok {
			return provider.Location{}, fault.New(fault.AddressUnknown).With("Provider", name).With("Example", `"My Organization" "My Project"`)
		}
		site, words = found, append(named, words[1:]...)
	}
	if len(words) == 1 && strings.Count(words[0], "/") == 1 {
		words = slices.DeleteFunc(strings.Split(words[0], "/"), func(s string) bool { return s == "" })
	}
	for i := range words {
		words[i] = url.PathEscape(words[i])
	}
	return provider.Location{Site: site, Path: strings.Join(words, "/")}, nil
}

// defaultSite returns the site to use if the user named none: the only one, otherwise the only one at which users can authorize,
// otherwise sentry.io.
func defaultSite(sites []provider.Site) string {
	open := slices.DeleteFunc(slices.Clone(sites), func(s provider.Site) bool { return !s.OAuth })
	switch {
	case len(sites) == 1:
		return sites[0].URL
	case len(open) == 1:
		return open[0].URL
	}
	return cloudURL
}

// parsePage returns the site and the names in the address of a page.
func parsePage(address string, sites []provider.Site) (site string, words []string, ok bool) {
	u, err := url.Parse(untrusted.URL(address))
	if err != nil || u.Host == "" {
		return "", nil, false
	}
	u.Host = strings.ToLower(u.Host)
	site, path := u.Scheme+"://"+u.Host, u.Path
	for _, s := range sites {
		for _, base := range append([]string{s.URL, s.API}, s.Hosts...) {
			if rest, below := strings.CutPrefix(u.Scheme+"://"+u.Host+u.Path, base); below && (rest == "" || rest[0] == '/') {
				site, path = s.URL, rest
			}
		}
	}
	if slug, below := strings.CutSuffix(u.Host, ".sentry.io"); below && !slices.Contains(regions(), u.Scheme+"://"+u.Host) && slug != "www" {
		site, words = cloudURL, []string{slug}
	}
	parts := slices.DeleteFunc(strings.Split(path, "/"), func(s string) bool { return s == "" })
	for i, part := range parts {
		switch {
		case i+1 == len(parts):
		case part == "organizations" && words == nil:
			words = []string{parts[i+1]}
		case part == "projects" && len(words) == 1:
			words = append(words, parts[i+1])
		}
	}
	if words == nil && len(parts) > 0 && len(parts) <= 2 {
		words = parts
	}
	return site, words, true
}

// decodeWords returns the words in a path.
func decodeWords(path string) []string {
	var words []string
	for part := range strings.SplitSeq(path, "/") {
		if word, err := url.PathUnescape(part); err == nil && word != "" {
			words = append(words, word)
		}
	}
	return words
}
