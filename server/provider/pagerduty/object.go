package pagerduty

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// object is a JSON object of PagerDuty's. A field of another type than expected counts as missing: refusing a whole delivery for it
// would count against the webhook, and after three refusals in a row PagerDuty stops sending for a day.
type object map[string]any

// text returns a text field, "" for none.
func (o object) text(name string) string {
	text, _ := o[name].(string)
	return text
}

// number returns a whole number, 0 for none.
func (o object) number(name string) int {
	n, _ := o[name].(float64)
	if n < 1 || n > 1e15 || n != float64(int(n)) {
		return 0
	}
	return int(n)
}

// object returns an object field, nil for none.
func (o object) object(name string) object {
	inner, _ := o[name].(map[string]any)
	return inner
}

// list returns the objects in a list.
func (o object) list(name string) []object {
	values, _ := o[name].([]any)
	var all []object
	for _, value := range values {
		if inner, ok := value.(map[string]any); ok {
			all = append(all, inner)
		}
	}
	return all
}

// time returns a time, zero for none.
func (o object) time(name string) time.Time { return untrusted.ParseTime(o.text(name)) }

// reference returns what the object refers to. Deliveries and answers call it "summary", whole things "name".
func (o object) reference() reference {
	return reference{
		ID: idOf(o.text("id")), Name: untrusted.Line(cmp.Or(o.text("summary"), o.text("name")), maxName), URL: untrusted.URL(o.text("html_url")),
	}
}

// bridge returns the conference bridge, as an incident has it or as its own event does.
func (o object) bridge() bridge {
	b := bridge{Number: untrusted.Line(valueText(o["conference_number"]), maxName), URL: untrusted.URL(o.text("conference_url"))}
	if b.Number != "" {
		return b
	}
	if numbers := o.list("conference_numbers"); len(numbers) > 0 {
		b.Number = untrusted.Line(valueText(numbers[0]["number"]), maxName)
	}
	return b
}

// bridgeShown returns the conference bridge of an incident, nil where the incident does not show whether it has one: answers do only where
// that is asked for.
func (o object) bridgeShown() *bridge {
	if !o.has("conference_bridge") {
		return nil
	}
	b := o.object("conference_bridge").bridge()
	return &b
}

// valueText returns a value as people read it, "" for null: a text, a number, a truth, or a list of such.
func valueText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		var all []string
		for _, one := range v[:min(len(v), maxListed)] {
			if text := valueText(one); text != "" {
				all = append(all, text)
			}
		}
		return strings.Join(all, ", ")
	}
	return ""
}

// parseObject returns the JSON object, nil for what is none.
func parseObject(text json.RawMessage) object {
	var o object
	if json.Unmarshal(text, &o) != nil {
		return nil
	}
	return o
}
