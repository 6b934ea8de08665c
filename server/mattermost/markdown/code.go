package markdown

import (
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

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

// codeBlock returns the lines as a code block. Control characters and those that reverse the direction of text are removed. The block has
// to start a line of the message.
func codeBlock(lines []string) string {
	fence := "```"
	clean := make([]string, len(lines))
	for i, line := range lines {
		clean[i] = chat.CodeLine(line)
		for strings.Contains(clean[i], fence) {
			fence += "`"
		}
	}
	return fence + "\n" + strings.Join(clean, "\n") + "\n" + fence
}
