package providertest

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pkg/errors"
	"github.com/stretchr/testify/require"
)

// maxText is the longest text on a card or in a thread, in characters: half the length of a post.
const maxText = 8000

// evil is a host that no link may lead to.
const evil = "evil.example"

// linked matches a link; acting matches what untrusted text must not become.
var (
	linked = regexp.MustCompile(`\]\(([^)\s]*)\)`)
	acting = map[string]*regexp.Regexp{
		"mentions someone":   regexp.MustCompile(`[@＠][A-Za-z0-9]`),
		"links somewhere":    regexp.MustCompile(`\]\(`),
		"is an address":      regexp.MustCompile(`(?i)(https?:/|www\.)/?` + regexp.QuoteMeta(evil)),
		"is bold":            regexp.MustCompile(`(^|[^\\])\*\*boom`),
		"begins a block":     regexp.MustCompile(`(?m)^\s*[#>] *boom`),
		"holds HTML":         regexp.MustCompile(`<[A-Za-z/!]`),
		"names an emoji":     regexp.MustCompile(`:boom:`),
		"is a hashtag":       regexp.MustCompile(`#boom`),
		"links to a channel": regexp.MustCompile(`~boom`),
		"turns the writing":  regexp.MustCompile(`[\x{202a}-\x{202e}\x{2066}-\x{2069}]`),
	}
)

// requireHarmless fails the test if something in the text has an effect.
func (tr *conformance) requireHarmless(t testing.TB, text string) {
	t.Helper()
	if _, known := tr.checked.Load(text); known {
		return
	}
	require.NoError(t, Harmless(text))
	tr.checked.Store(text, "")
}

// Harmless returns an error if the Markdown text mentions someone, links to anything but web addresses, contains HTML, or lets one of
// this package's hostile texts take effect. Code has no effect.
func Harmless(text string) error {
	if utf8.RuneCountInString(text) > maxText {
		return errors.Errorf("a text of %d characters", utf8.RuneCountInString(text))
	}
	plain := strings.ReplaceAll(withoutCode(text), `\]`, "") // an escaped bracket doesn't end a link's text
	for _, link := range linked.FindAllStringSubmatch(plain, -1) {
		if err := webAddress(link[1]); err != nil {
			return err
		}
		plain = strings.Replace(plain, link[0], "]", 1)
	}
	for what, pattern := range acting {
		if found := pattern.FindString(plain); found != "" {
			return errors.Errorf("%q %s: %q", found, what, text)
		}
	}
	return nil
}

// webAddress returns an error for an address that isn't empty and that no link may lead to.
func webAddress(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return errors.Wrap(err, "an address")
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "", u.User != nil:
		return fmt.Errorf("%q is no web address", address)
	case strings.HasSuffix(u.Hostname(), evil):
		return fmt.Errorf("%q was planted", address)
	}
	return nil
}

// withoutCode returns the text without code between backticks.
func withoutCode(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			b.WriteString(text[i : i+2])
			i += 2
		case text[i] == '`':
			n := run(text[i:])
			end := closing(text[i+n:], n)
			if end < 0 {
				b.WriteString(text[i : i+n])
				i += n
				continue
			}
			i += n + end + n
		default:
			b.WriteByte(text[i])
			i++
		}
	}
	return b.String()
}

// run returns how many backticks the text begins with.
func run(text string) int { return len(text) - len(strings.TrimLeft(text, "`")) }

// closing returns the index of the next run of exactly n backticks, or -1.
func closing(text string, n int) int {
	for i := 0; i < len(text); {
		if text[i] != '`' {
			i++
			continue
		}
		m := run(text[i:])
		if m == n {
			return i
		}
		i += m
	}
	return -1
}
