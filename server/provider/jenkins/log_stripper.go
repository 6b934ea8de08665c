package jenkins

import (
	"bufio"
	"io"

	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

const (
	// maxStripped limits a delivery with its log, in bytes.
	maxStripped = 64 << 20
	// buildDepth is the depth of a build's members: {"build": {"log": …}}.
	buildDepth = 2
	fieldLog   = `"log"`
)

var _ provider.BodyFilter = Jenkins{}

// FilterBody implements provider.BodyFilter. With "Log lines: -1", the plugin "Notification" sends the whole log of a build with each
// phase.
func (Jenkins) FilterBody(headers map[string]string, body io.Reader) io.Reader {
	if headers[headerSignature] != "" {
		return body
	}
	return &logStripper{from: bufio.NewReader(body)}
}

// logStripper reads JSON and removes the text of build.log. Everything else passes unchanged, well-formed or not.
type logStripper struct {
	from *bufio.Reader
	read int64
	// objects says for each open container whether it is an object.
	objects []bool
	// text is the beginning of the current string, as long as it can be the name. inside and escaped are the position in it.
	text            []byte
	inside, escaped bool
	// name is set if a string at this position is a member's name, skip if the string is the log.
	name, skip bool
	// log is set if the value of the member "log" follows.
	log bool
}

// Read implements io.Reader.
func (l *logStripper) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		c, err := l.from.ReadByte()
		if err != nil {
			if n > 0 {
				return n, nil
			}
			return 0, err //nolint:wrapcheck // io.EOF has to stay what it is
		}
		if l.read++; l.read > maxStripped {
			return n, fault.New(fault.TooLarge)
		}
		if l.keep(c) {
			p[n] = c
			n++
		}
		if n > 0 && l.from.Buffered() == 0 {
			break // returns what is available before waiting for more
		}
	}
	return n, nil
}

// keep processes the next byte and reports whether it is kept.
func (l *logStripper) keep(c byte) bool {
	if l.inside {
		return l.keepInString(c)
	}
	switch c {
	case '"':
		l.inside, l.escaped, l.text = true, false, append(l.text[:0], c)
		l.skip = l.log && !l.name
		l.log = false
	case '{', '[':
		l.objects, l.name, l.log = append(l.objects, c == '{'), c == '{', false
	case '}', ']':
		if len(l.objects) > 0 {
			l.objects = l.objects[:len(l.objects)-1]
		}
		l.name, l.log = false, false
	case ',':
		l.name, l.log = len(l.objects) > 0 && l.objects[len(l.objects)-1], false
	case ':':
		l.name = false
	}
	return true
}

// keepInString processes a byte of a string.
func (l *logStripper) keepInString(c byte) bool {
	if len(l.text) <= len(fieldLog) {
		l.text = append(l.text, c)
	}
	switch {
	case l.escaped:
		l.escaped = false
	case c == '\\':
		l.escaped = true
	case c == '"':
		l.inside = false
		l.log = l.name && len(l.objects) == buildDepth && string(l.text) == fieldLog
		return true
	}
	return !l.skip
}
