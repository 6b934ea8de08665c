package markdown

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"mattermost-plugin-zoom/server/chat"
)

// escaping escapes text at the start of a message.
func escaping(text string) string { return escape(chat.OneLine(text), seam{lineStart: true}) }

func rendered(t chat.Text) string { return Render(t, Reader{}) }

// shown returns what a reader sees of escaped text: without backslashes before punctuation and zero-width characters.
func shown(escaped string) string {
	escaped = strings.ReplaceAll(escaped, "&#36;", "$")
	escaped = regexp.MustCompile("\\\\([*_`\\[\\]|>])").ReplaceAllString(escaped, "$1")
	return strings.ReplaceAll(escaped, "\u200b", "")
}

func TestTextFromOutsideLooksAsWrittenAndDoesNothing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, escaped string }{
		{"plain", "Weekly sync", "Weekly sync"},
		{"other scripts", "会議 – запись – 📹", "会議 – запись – 📹"},
		{"everybody mentioned", "@all @channel @here", "@\u200ball @\u200bchannel @\u200bhere"},
		{"someone mentioned", "ask @alice.", "ask @\u200balice."},
		{"a channel", "see ~town-square", "see ~\u200btown-square"},
		{"a hashtag", "#release", "#\u200brelease"},
		{"a heading", "# Big", "#\u200b Big"},
		{"emphasis", "**bold** _italic_ ~~gone~~", `\*\*bold\*\* \_italic\_ ` + "~\u200b~\u200bgone~\u200b~\u200b"},
		{"code", "`rm`", "\\`rm\\`"},
		{"a link", "[here](http://evil.test)", `\[here\](http:` + "\u200b//evil\u200b.test)"},
		{"a picture", "![x](//a)", `!\[x\](//a)`},
		{"a bare address", "https://evil.test/x", "https:\u200b//evil\u200b.test/x"},
		{"an address without scheme", "www.evil.test", "www\u200b.evil\u200b.test"},
		{"markup", "<script>", "<\u200bscript\\>"},
		{"an entity", "&lt;b&gt;", "&\u200blt;b&\u200bgt;"},
		{"an emoji name", ":+1:", ":\u200b+1:\u200b"},
		{"a table", "a|b", `a\|b`},
		{"a quotation", "> so", `\> so`},
		{"a list", "- one", "\u200b- one"},
		{"a numbered list", "1. one", "\u200b1. one"},
		{"a rule", "---", "\u200b---"},
		{"a backslash", `C:\temp`, "C:\u200b\\\u200btemp"},
		{"an escape of an escape", `\[x\](y)`, "\\\u200b\\[x\\\u200b\\](y)"},
		{"several lines", "one\r\n\r\n    two\tthree\u2028four", "one two three four"},
		{"control characters", "a\x00b\x1b[31mc", `ab\[31mc`},
		{"writing turned round", "photo\u202egpj.exe", "photogpj\u200b.exe"},
		{"what is invisible", "@\ufeffall \u2060x\u200b", "@\u200ball x"},
		{"invisible operators", "@\u2061ad\u2062min\u2063\u2064", "@\u200badmin"},
		{"a soft hyphen", "pay\u00adpal", "paypal"},
		{"blank letters", "a\u3164b\u115f\u1160\uffa0c\u2800d\u17b4\U0001D159", "abcd"},
		{"tag characters", "ok\U000E0001\U000E0068\U000E0069\U000E007F", "ok"},
		{"selectors that carry text", "a\ufe01\ufe0f\U000E0101b\u034f\u180b", "ab"},
		{"joiners in a Latin word", "ad\u200dm\u200cin", "admin"},
		{"direction isolates", "\u2066a\u2069\u061c\u200e\u200fb", "ab"},
		{"unassigned characters", "a\ufff0\U000E0FFFb", "ab"},
		{"emoji of several", "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3", "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3"},
		{"a family with a heart", "👩\u200d❤\ufe0f\u200d👨", "👩\u200d❤\ufe0f\u200d👨"},
		{"scripts with joiners", "می\u200cخواهم क्\u200dष", "می\u200cخواهم क्\u200dष"},
		{"a formula", "$\\color{red}x$ and $$y$$", "&#36;\\\u200bcolor{red}x&#36; and &#36;&#36;y&#36;&#36;"},
		{"one price", "costs 5 $", "costs 5 &#36;"},
		{"no text at all", "a\xffb", "a\ufffdb"},
		{"space around", "  x  ", "x"},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.escaped, escaping(test.text))
		})
	}
}

func TestTextOfSeveralLinesKeepsThem(t *testing.T) {
	t.Parallel()
	require.Equal(t, "It is\n\n\u200b- @\u200ball\n#\u200b Big", rendered(chat.PlainLines("It is\n\n- @all\r\n# Big")))
	require.Empty(t, rendered(chat.PlainLines("")))
}

func TestLinksLeadOnlyToTheWeb(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, address, want string }{
		{"a meeting", "Join", "https://example.zoom.us/j/1?pwd=a.b_c-1", "[Join](https://example.zoom.us/j/1?pwd=a.b_c-1)"},
		{"without encryption", "Join", "http://localhost:8065/j/1", "[Join](http://localhost:8065/j/1)"},
		{"a text that is a link", "[x](http://a)", "https://b.test", "[&#91;x&#93;(http:\u200b//a)](https://b.test)"},
		{"an address that ends early", "Join", "https://a.test/)(<x> \"y\"'z'", "[Join](https://a.test/%29%28%3Cx%3E%20%22y%22%27z%27)"},
		{"a mention in the address", "Join", "https://a.test/?x=@all|*_", "[Join](https://a.test/?x=%40all%7C%2A_)"},
		{"letters beyond ASCII", "Join", "https://a.test/ü?q=\u202e", "[Join](https://a.test/%C3%BC?q=%E2%80%AE)"},
		{"a script", "Join", "javascript:alert(1)", "Join"},
		{"data", "Join", "data:text/html,x", "Join"},
		{"a host in disguise", "Join", "https://zoom.us@evil.test/", "Join"},
		{"no host", "Join", "https:///j/1", "Join"},
		{"a relative address", "*Join*", "/j/1", `\*Join\*`},
		{"a line break", "Join", "https://a.test/\nx", "Join"},
		{"nothing", "Join", "", "Join"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, rendered(chat.Link(test.text, test.address)))
		})
	}
}

func TestCodeKeepsItsFence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"meeting:read:meeting": "`meeting:read:meeting`",
		"a`b":                  "`` a`b ``",
		"``` x":                "```` ``` x ````",
		"`":                    "`` ` ``",
		"two\nlines":           "`two lines`",
		"":                     "",
		" \n ":                 "",
	} {
		require.Equal(t, want, code(text), "%q", text)
	}
}

// hidden reports whether a reader can't see the character or its effect on others, except for the joint.
func hidden(c rune) bool {
	if strings.ContainsRune("\u200b\u200c\u200d\ufe0e\ufe0f", c) {
		return false
	}
	return unicode.In(c, unicode.Cf, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point) || strings.ContainsRune("\u3164\u2800\u00ad", c)
}

func FuzzEscape(f *testing.F) {
	for _, seed := range []string{"@channel", "a@all.b", "[x](y)", `\](`, "\\", "~x #y <z> &amp;", "a\nb", "1. x", "\u202e", "👨\u200d👩", "www.x.y/", ":a:", "$x$", "a\u2061\u00ad\u3164\U000E0041", "1\ufe0f\u20e3"} {
		f.Add(seed, 5)
	}
	acts := regexp.MustCompile(`(?i)[@~#][a-z0-9]|&[#a-z]|<[a-z/!?]|[a-z]:[/a-z0-9]|www\d*\.|[\pL\d-]\.\pL{2,4}/`)
	bare := regexp.MustCompile("(^|[^\\\\])[*_`\\[\\]|>]")
	f.Fuzz(func(t *testing.T, text string, most int) {
		escaped := escaping(text)
		require.True(t, utf8.ValidString(escaped))
		require.NotContains(t, escaped, "$", "it would be a formula")
		require.NotRegexp(t, acts, strings.ReplaceAll(escaped, "&#36;", "+"), "it would mention or link")
		require.NotRegexp(t, bare, escaped, "it would format")
		for _, c := range escaped {
			require.False(t, unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) || c == '\u2028', "%q", escaped)
			require.False(t, hidden(c), "%q has %U", escaped, c)
		}
		require.Equal(t, shown(escaped), shown(escaping(shown(escaped))), "what is seen stays the same")

		link := rendered(chat.Link(text, "https://a.test/"+text))
		require.NotContains(t, strings.TrimSuffix(link, ")"), "\n")
		if strings.HasPrefix(link, "[") {
			require.Equal(t, 1, strings.Count(link, "]("), "it has one destination")
			require.True(t, strings.HasSuffix(link, ")"))
		}

		short := chat.Truncate(text, most)
		if n := utf8.RuneCountInString(text); n > most {
			require.LessOrEqual(t, utf8.RuneCountInString(short), max(most, 0))
		} else {
			require.Equal(t, text, short)
		}
		require.NotContains(t, code(text), "\n")
	})
}
