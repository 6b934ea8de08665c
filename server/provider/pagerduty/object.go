package pagerduty

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"mattermost-plugin-zoom/server/provider/untrusted"
)

// object is a JSON object from PagerDuty. A field of an unexpected type counts as missing: rejecting the delivery would count against the
// webhook, and after three rejections in a row PagerDuty stops sending for a day.
type object map[string]any

// text returns a text field, or "".
func (o object) text(name string) string {
	text, _ := o[name].(string)
	return text
}

// number returns a positive whole number, or 0.
func (o object) number(name string) int {
	n, _ := o[name].(float64)
	if n < 1 || n > 1e15 || n != float64(int(n)) {
		return 0
	}
	return int(n)
}

// object returns an object field, or nil.
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

// time returns a time, or zero.
func (o object) time(name string) time.Time { return untrusted.ParseTime(o.text(name)) }

// reference returns the reference in the object. Deliveries and responses name it "summary", complete objects "name".
func (o object) reference() reference {
	return reference{
		ID: idOf(o.text("id")), Name: untrusted.Line(cmp.Or(o.text("summary"), o.text("name")), maxName), URL: untrusted.URL(o.text("html_url")),
	}
}

// bridge returns the conference bridge, in the form of an incident or of its own event.
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

// bridgeShown returns the conference bridge of an incident, or nil if the incident doesn't say whether it has one: responses do so only
// on request.
func (o object) bridgeShown() *bridge {
	if !o.has("conference_bridge") {
		return nil
	}
	b := o.object("conference_bridge").bridge()
	return &b
}

// valueText returns a text, number, boolean, or list of these as text, "" for anything else.
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

// parseObject returns the JSON object, or nil for anything else.
func parseObject(text json.RawMessage) object {
	var o object
	if json.Unmarshal(text, &o) != nil {
		return nil
	}
	return o
}
