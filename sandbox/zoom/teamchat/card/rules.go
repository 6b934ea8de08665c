package card

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"unicode/utf8"
)

// checker collects what is wrong with a card.
type checker struct{ problems []string }

// say records a problem of the value at a path.
func (c *checker) say(at, format string, args ...any) {
	c.problems = append(c.problems, at+": "+fmt.Sprintf(format, args...))
}

// rule is what a value has to comply with.
type rule func(c *checker, at string, v any)

// property is a field of an object.
type property struct {
	rule     rule
	required bool
}

// shape is the fields that an object may have.
type shape map[string]property

// must is a field that an object has to have, and may one that it can have.
func must(r rule) property { return property{r, true} }
func may(r rule) property  { return property{r, false} }

// object has fields of a shape and no others.
func object(s shape) rule {
	return func(c *checker, at string, v any) {
		fields, ok := v.(map[string]any)
		if !ok {
			c.say(at, "is not an object")
			return
		}
		c.fields(at, fields, s)
	}
}

// fields checks an object's fields.
func (c *checker) fields(at string, fields map[string]any, s shape) {
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if p, known := s[name]; known {
			p.rule(c, at+"."+name, fields[name])
		} else {
			c.say(at, "unknown field %q", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s)) {
		if _, there := fields[name]; s[name].required && !there {
			c.say(at, "%q is missing", name)
		}
	}
}

// list holds between 1 and most values.
func list(most int, each rule) rule {
	return func(c *checker, at string, v any) {
		values, ok := v.([]any)
		switch {
		case !ok:
			c.say(at, "is not a list")
			return
		case len(values) == 0:
			c.say(at, "is empty")
		case len(values) > most:
			c.say(at, "has %d entries, more than %d", len(values), most)
		}
		for i, one := range values {
			each(c, fmt.Sprintf("%s[%d]", at, i), one)
		}
	}
}

// text is a string that isn't longer than most characters.
func text(most int) rule {
	return func(c *checker, at string, v any) {
		s, ok := v.(string)
		if !ok {
			c.say(at, "is not a text")
		} else if n := utf8.RuneCountInString(s); n > most {
			c.say(at, "has %d characters, more than %d", n, most)
		}
	}
}

// filled is a text that is not empty.
func filled(most int) rule {
	return func(c *checker, at string, v any) {
		text(most)(c, at, v)
		if v == "" {
			c.say(at, "is empty")
		}
	}
}

// flag is a boolean. The strings that Zoom's schemas have for one are not accepted.
func flag(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.say(at, "is not true or false")
	}
}

// number is an integer between two others.
func number(least, most int64) rule {
	return func(c *checker, at string, v any) {
		n, ok := v.(json.Number)
		if !ok {
			c.say(at, "is not a number")
			return
		}
		if i, err := n.Int64(); err != nil || i < least || i > most {
			c.say(at, "%s is not an integer between %d and %d", n, least, most)
		}
	}
}

// oneOf is one of several texts, with their case.
func oneOf(texts ...string) rule {
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !slices.Contains(texts, s) {
			c.say(at, "%v is none of %q", v, texts)
		}
	}
}

// like is a text of some form.
func like(form, example string) rule {
	pattern := regexp.MustCompile("^(?:" + form + ")$")
	return func(c *checker, at string, v any) {
		if s, ok := v.(string); !ok || !pattern.MatchString(s) {
			c.say(at, "%v is not like %s", v, example)
		}
	}
}

// link is an absolute web address.
func link(c *checker, at string, v any) {
	s, _ := v.(string)
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		c.say(at, "%v is not an http(s) address", v)
	}
}

var color = like(`#[0-9A-Fa-f]{6}`, "#0E72ED")
