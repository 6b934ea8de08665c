package i18n

import (
	"strings"

	"mattermost-plugin-zoom/server/chat"
)

// noValue replaces a parameter without a value, so that the mistake is visible.
const noValue = "<no value>"

// template is a message of the catalogue, taken apart.
type template []node

// node is a part of a template.
type node struct {
	kind nodeKind
	// text is a literal text, or the name of a parameter.
	text string
	// span is what kind of span the inner nodes make.
	span  chat.SpanKind
	inner template
	// url is where a link leads.
	url template
	// depth is how deep an item is nested.
	depth int
	// branches are those of a condition, in order.
	branches []branch
}

type nodeKind int

const (
	literal nodeKind = iota
	parameter
	markup
	condition
)

// branch is a part of a condition: what it shows if the parameter holds.
type branch struct {
	// parameter is what it depends on; "" for the branch that is left.
	parameter string
	// equals is the text that the parameter has to be; any text will do where compares is false.
	equals   string
	compares bool
	then     template
}

// values are the parameters of a message.
type values map[string]chat.Text

// fill returns the text with its parameters. They are put in as they are and never read.
func (t template) fill(v values) chat.Text {
	var all chat.Text
	for _, n := range t {
		switch n.kind {
		case literal:
			all = append(all, chat.Span{Kind: chat.WordsSpan, Text: n.text})
		case parameter:
			value, filled := v[n.text]
			if !filled {
				value = chat.Plain(noValue)
			}
			all = append(all, value...)
		case condition:
			all = append(all, n.chosen(v).fill(v)...)
		default:
			all = append(all, n.mark(v)...)
		}
	}
	return merged(all)
}

// chosen returns the branch whose condition holds.
func (n node) chosen(v values) template {
	for _, b := range n.branches {
		value := v[b.parameter]
		if b.parameter == "" || b.compares && value.String() == b.equals || !b.compares && !value.Empty() {
			return b.then
		}
	}
	return nil
}

// mark returns the span that the node stands for, nothing where there is nothing in it.
func (n node) mark(v values) chat.Text {
	inner := n.inner.fill(v)
	span := chat.Span{Kind: n.span, Depth: n.depth}
	switch n.span {
	case chat.BreakSpan:
		return chat.Break()
	case chat.CodeSpan:
		return chat.Code(inner.String())
	case chat.EmojiSpan:
		return chat.Emoji(inner.String())
	case chat.BlockSpan:
		return chat.CodeBlock(strings.Split(inner.String(), "\n"))
	case chat.LinkSpan:
		span.URL = n.url.fill(v).String()
	}
	if inner.Empty() {
		return nil
	}
	span.Inner = inner
	return chat.Text{span}
}

// merged returns the text with neighboring words in one span.
func merged(t chat.Text) chat.Text {
	var all chat.Text
	for _, span := range t {
		if last := len(all) - 1; last >= 0 && span.Kind == chat.WordsSpan && all[last].Kind == chat.WordsSpan {
			all[last].Text += span.Text
			continue
		}
		all = append(all, span)
	}
	return all
}
