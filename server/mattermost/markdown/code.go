package markdown

import (
	"strings"
	"unicode"

	"mattermost-plugin-zoom/server/chat"
)

// tab is how wide a tab in code is shown.
const tab = "    "

// code returns text as inline code, on one line; "" for no text.
func code(text string) string {
	text = chat.OneLine(text)
	if text == "" {
		return ""
	}
	longest, run := 0, 0
	for _, c := range text {
		run++
		if c != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest == 0 {
		return fence + text + fence
	}
	return fence + " " + text + " " + fence
}

// codeBlock returns the lines as a block of code, which shows them as they were written and does nothing. Control characters and
// those that turn the direction of writing are left out. It has to begin a line of the message.
func codeBlock(lines []string) string {
	fence := "```"
	clean := make([]string, len(lines))
	for i, line := range lines {
		clean[i] = codeLine(line)
		for strings.Contains(clean[i], fence) {
			fence += "`"
		}
	}
	return fence + "\n" + strings.Join(clean, "\n") + "\n" + fence
}

// codeLine returns a line of code without what could end it or turn it round.
func codeLine(line string) string {
	line = strings.ReplaceAll(strings.ToValidUTF8(line, "\ufffd"), "\t", tab)
	return strings.TrimRightFunc(strings.Map(func(c rune) rune {
		switch {
		case c == '\u2028', c == '\u2029', c == '\u2424':
			return -1
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c):
			return -1
		}
		return c
	}, line), unicode.IsSpace)
}
