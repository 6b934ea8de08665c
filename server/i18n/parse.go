package i18n

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
)

// What messages of the catalogue are written with. Anything else that looks like markup is text.
var (
	parameterForm = regexp.MustCompile(`^\{\{\.(\w+)\}\}`)
	ifForm        = regexp.MustCompile(`^\{\{(?:else )?if \.(\w+)\}\}`)
	ifEqualForm   = regexp.MustCompile(`^\{\{(?:else )?if eq \.(\w+) "([^"]*)"\}\}`)
	elseForm      = regexp.MustCompile(`^\{\{else\}\}`)
	endForm       = regexp.MustCompile(`^\{\{end\}\}`)
	emojiForm     = regexp.MustCompile(`^:([a-z0-9_+-]+|\{\{\.\w+\}\}):`)
	addressForm   = regexp.MustCompile(`^https?://[A-Za-z0-9./_~%-]*[A-Za-z0-9/]`)
	itemForm      = regexp.MustCompile(`^((?:  )*)\* `)
	headingForm   = regexp.MustCompile(`^#### `)
	fenceForm     = regexp.MustCompile("^```\n")

	endsWord   = regexp.MustCompile(`([\pL\pN*]|\{\{\.\w+\}\})$`)
	beginsWord = regexp.MustCompile(`^([\pL\pN*]|\{\{\.\w+\}\})`)
)

// closing are the marks that end what an opening one began; until one of its own comes, a part goes on.
type closing string

const (
	atEnd       closing = "the end"
	atLineEnd   closing = "the end of the line"
	atStrong    closing = "**"
	atEmphasis  closing = "*"
	atCode      closing = "`"
	atLabel     closing = "]("
	atURL       closing = ")"
	atFence     closing = "\n```"
	atCondition closing = "{{end}}"
)

// scanner reads the markup of one message.
type scanner struct {
	source string
	at     int
	// raw says that nothing but parameters and conditions means anything here, as in code and addresses.
	raw bool
	// inLine is inside how many marks the scanner is that have to end on their line.
	inLine int
}

// parse takes a message of the catalogue apart.
func parse(source string) (template, error) {
	s := &scanner{source: source}
	t, err := s.part(atEnd)
	if err != nil {
		return nil, errors.Wrapf(err, "at character %d", utf8.RuneCountInString(source[:s.at])+1)
	}
	return t, nil
}

func (s *scanner) rest() string { return s.source[s.at:] }

func (s *scanner) lineStart() bool { return s.at == 0 || s.source[s.at-1] == '\n' }

// take moves past what the form matches, and returns its groups.
func (s *scanner) take(form *regexp.Regexp) []string {
	found := form.FindStringSubmatch(s.rest())
	if found != nil {
		s.at += len(found[0])
	}
	return found
}

// part reads up to the closing mark, and past it unless others need it, too.
func (s *scanner) part(until closing) (template, error) {
	var t template
	for s.at < len(s.source) {
		if s.closes(until) {
			return t, nil
		}
		n, err := s.next(until)
		if err != nil {
			return nil, err
		}
		if last := len(t) - 1; last >= 0 && n.kind == literal && t[last].kind == literal {
			t[last].text += n.text
			continue
		}
		t = append(t, n)
	}
	if until != atEnd && until != atLineEnd {
		return nil, errors.Errorf("%q is missing", string(until))
	}
	return t, nil
}

// closes reports whether the part ends here, and moves past its mark.
func (s *scanner) closes(until closing) bool {
	switch until {
	case atEnd:
		return false
	case atLineEnd:
		return s.rest()[0] == '\n' || strings.HasPrefix(s.rest(), "{{end}}") || strings.HasPrefix(s.rest(), "{{else")
	case atCondition:
		return strings.HasPrefix(s.rest(), "{{end}}") || strings.HasPrefix(s.rest(), "{{else")
	}
	if !strings.HasPrefix(s.rest(), string(until)) {
		return false
	}
	s.at += len(until)
	return true
}

// next reads one node.
func (s *scanner) next(until closing) (node, error) {
	rest := s.rest()
	if strings.HasPrefix(rest, "{{") {
		return s.action()
	}
	if rest[0] == '\n' && s.inLine > 0 {
		return node{}, errors.Errorf("%q is missing before the end of the line", string(until))
	}
	if s.raw {
		return s.character(), nil
	}
	if s.lineStart() && s.inLine == 0 {
		if n, found, err := s.line(); found || err != nil {
			return n, err
		}
	}
	switch rest[0] {
	case '\n':
		s.at++
		return node{kind: markup, span: chat.BreakSpan}, nil
	case '*':
		return s.stressed()
	case '`':
		s.at++
		return s.code(chat.CodeSpan, atCode)
	case '[':
		if label := linkLabel(rest); label {
			return s.link()
		}
	case ':':
		if found := s.take(emojiForm); found != nil {
			name, err := parse(found[1])
			return node{kind: markup, span: chat.EmojiSpan, inner: name}, err
		}
	case '\\':
		if len(rest) > 1 && unicode.IsPunct(rune(rest[1])) {
			s.at += 2
			return node{text: rest[1:2]}, nil
		}
	case 'h':
		if found := s.take(addressForm); found != nil {
			url := template{{text: found[0]}}
			return node{kind: markup, span: chat.LinkSpan, inner: url, url: url}, nil
		}
	}
	return s.character(), nil
}

func (s *scanner) character() node {
	_, size := utf8.DecodeRuneInString(s.rest())
	s.at += size
	return node{text: s.source[s.at-size : s.at]}
}

// line reads what takes a whole line, or several: an item, a heading, or a block of code.
func (s *scanner) line() (node, bool, error) {
	if found := s.take(itemForm); found != nil {
		inner, err := s.part(atLineEnd)
		return node{kind: markup, span: chat.ItemSpan, depth: len(found[1]) / 2, inner: inner}, true, err
	}
	if s.take(headingForm) != nil {
		inner, err := s.part(atLineEnd)
		return node{kind: markup, span: chat.HeadingSpan, inner: inner}, true, err
	}
	if s.take(fenceForm) != nil {
		n, err := s.code(chat.BlockSpan, atFence)
		return n, true, err
	}
	return node{}, false, nil
}

// marked reads what a mark holds, up to the one that ends it.
func (s *scanner) marked(kind chat.SpanKind, until closing) (node, error) {
	if until != atFence {
		s.inLine++
		defer func() { s.inLine-- }()
	}
	inner, err := s.part(until)
	if err == nil && len(inner) == 0 {
		err = errors.Errorf("there is nothing before %q", string(until))
	}
	return node{kind: markup, span: kind, inner: inner}, err
}

// code is marked for what nothing but parameters means anything in.
func (s *scanner) code(kind chat.SpanKind, until closing) (node, error) {
	s.raw = true
	defer func() { s.raw = false }()
	return s.marked(kind, until)
}

// stressed reads strong or emphasized text. Its marks stand between a blank or punctuation and a word, or they would not be read as
// marks everywhere.
func (s *scanner) stressed() (node, error) {
	kind, mark := chat.EmphasisSpan, atEmphasis
	if strings.HasPrefix(s.rest(), "**") {
		kind, mark = chat.StrongSpan, atStrong
	}
	start := s.at
	s.at += len(mark)
	n, err := s.marked(kind, mark)
	if err != nil {
		return n, err
	}
	inside := s.source[start+len(mark) : s.at-len(mark)]
	if endsWord.MatchString(s.source[:start]) || beginsWord.MatchString(s.rest()) || strings.TrimSpace(inside) != inside {
		return n, errors.Errorf("%q does not stand around words", string(mark))
	}
	return n, nil
}

// linkLabel reports whether the text begins with the label of a link.
func linkLabel(text string) bool {
	end := strings.IndexAny(text, "]\n")
	return end > 0 && strings.HasPrefix(text[end:], "](")
}

func (s *scanner) link() (node, error) {
	s.at++
	n, err := s.marked(chat.LinkSpan, atLabel)
	if err != nil {
		return n, err
	}
	url, err := s.code("", atURL)
	n.url = url.inner
	return n, err
}

// action reads a parameter or a condition.
func (s *scanner) action() (node, error) {
	if found := s.take(parameterForm); found != nil {
		return node{kind: parameter, text: found[1]}, nil
	}
	if !strings.HasPrefix(s.rest(), "{{if ") {
		return node{}, errors.New("an action that is not understood")
	}
	n := node{kind: condition}
	for {
		b, err := s.branch(len(n.branches) > 0)
		if err != nil {
			return n, err
		}
		b.then, err = s.part(atCondition)
		if err != nil {
			return n, err
		}
		n.branches = append(n.branches, b)
		if s.take(endForm) != nil {
			return n, nil
		}
		if b.parameter == "" {
			return n, errors.New("something after {{else}}")
		}
	}
}

// branch reads the head of a branch.
func (s *scanner) branch(further bool) (branch, error) {
	if further && s.take(elseForm) != nil {
		return branch{}, nil
	}
	if further == strings.HasPrefix(s.rest(), "{{else if ") {
		if found := s.take(ifForm); found != nil {
			return branch{parameter: found[1]}, nil
		}
		if found := s.take(ifEqualForm); found != nil {
			return branch{parameter: found[1], equals: found[2], compares: true}, nil
		}
	}
	return branch{}, errors.New("a condition that is not understood")
}
