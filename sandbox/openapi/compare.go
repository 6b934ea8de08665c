package openapi

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Request returns how a request differs from the document: a path or a query
// parameter that it doesn't know.
func (d *Document) Request(method string, address *url.URL) []string {
	pattern, operation := d.operation(method, address.Path)
	if operation == nil {
		return []string{method + " " + address.Path + ": not documented"}
	}
	var known []string
	item, _ := d.root["paths"].(schema)[pattern].(schema)
	for _, of := range []schema{item, operation} {
		parameters, _ := of["parameters"].([]any)
		for _, one := range parameters {
			parameter := d.resolved(object(one))
			if parameter["in"] == "query" {
				name, _ := parameter["name"].(string)
				known = append(known, name)
			}
		}
	}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(address.Query())) {
		if !slices.Contains(known, name) {
			problems = append(problems, method+" "+pattern+": the parameter "+name+" is not documented")
		}
	}
	return problems
}

// Answer returns how the answer to a request differs from the document, each
// difference once: a status or a field that it doesn't know, a required field that
// is missing, a value of another type. Fields are named by their path; "[]" is any
// element of a list.
func (d *Document) Answer(method, path string, status int, body []byte) []string {
	pattern, operation := d.operation(method, path)
	if operation == nil {
		return []string{method + " " + path + ": not documented"}
	}
	name := method + " " + pattern
	responses := object(operation["responses"])
	response, ok := responses[strconv.Itoa(status)]
	if !ok {
		return []string{name + ": the status " + strconv.Itoa(status) + " is not documented"}
	}
	content := object(d.resolved(object(response))["content"])
	if len(content) == 0 {
		if len(body) > 0 {
			return []string{name + ": a body is not documented"}
		}
		return nil
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return []string{name + ": the body is not JSON"}
	}
	described := object(object(content[slices.Sorted(maps.Keys(content))[0]])["schema"])
	var problems []string
	for _, problem := range d.compare(described, value, "") {
		if problem = name + ": " + problem; !slices.Contains(problems, problem) {
			problems = append(problems, problem)
		}
	}
	return problems
}

// operation finds what a request is for. A path that is documented literally
// goes before one with parameters.
func (d *Document) operation(method, path string) (pattern string, operation schema) {
	asked := strings.Split(strings.Trim(path, "/"), "/")
	most := -1
	for candidate, item := range object(d.root["paths"]) {
		steps := strings.Split(strings.Trim(candidate, "/"), "/")
		found := object(object(item)[strings.ToLower(method)])
		if found == nil || len(steps) != len(asked) {
			continue
		}
		literal := 0
		for i, step := range steps {
			switch {
			case step == asked[i]:
				literal++
			case !strings.HasPrefix(step, "{"):
				literal = -len(steps) - 1
			}
		}
		if literal > most {
			most, pattern, operation = literal, candidate, found
		}
	}
	return pattern, operation
}

// object returns a JSON object, nil for anything else.
func object(value any) schema {
	o, _ := value.(schema)
	return o
}

// form is one of the forms that a value may have.
type form struct {
	types    []string
	fields   map[string][]schema
	required []string
	items    []schema
	allowed  []any
	nullable bool
	// open says that other fields may be there, too.
	open bool
}

// maxForms bounds the combinations that are tried.
const maxForms = 200

// forms returns the forms that a schema allows.
func (d *Document) forms(s schema, depth int) []form {
	s = d.resolved(s)
	all := []form{d.own(s)}
	if depth > 10 {
		return all
	}
	members, _ := s["allOf"].([]any)
	for _, member := range members {
		all = combined(all, d.forms(object(member), depth+1))
	}
	for _, choice := range []string{"oneOf", "anyOf"} {
		var either []form
		members, _ := s[choice].([]any)
		for _, member := range members {
			either = append(either, d.forms(object(member), depth+1)...)
		}
		if len(either) > 0 {
			all = combined(all, either)
		}
	}
	return all
}

// own returns what a schema says itself.
func (d *Document) own(s schema) form {
	f := form{fields: map[string][]schema{}, nullable: s["nullable"] == true}
	switch v := s["type"].(type) {
	case string:
		f.types = []string{v}
	case []any:
		for _, one := range v {
			name, _ := one.(string)
			f.types = append(f.types, name)
		}
	}
	for name, field := range object(s["properties"]) {
		f.fields[name] = []schema{object(field)}
	}
	required, _ := s["required"].([]any)
	for _, one := range required {
		name, _ := one.(string)
		f.required = append(f.required, name)
	}
	if items := object(s["items"]); items != nil {
		f.items = []schema{items}
	}
	f.allowed, _ = s["enum"].([]any)
	switch more := s["additionalProperties"].(type) {
	case bool:
		f.open = more
	case schema:
		f.open = true
	}
	return f
}

// combined returns each of some forms together with each of others.
func combined(some, others []form) []form {
	var all []form
	for _, a := range some {
		for _, b := range others {
			if len(all) == maxForms {
				return all
			}
			both := form{
				types: slices.Concat(a.types, b.types), fields: maps.Clone(a.fields), required: slices.Concat(a.required, b.required),
				items: slices.Concat(a.items, b.items), allowed: b.allowed, nullable: a.nullable || b.nullable, open: a.open || b.open,
			}
			if len(b.allowed) == 0 {
				both.allowed = a.allowed
			}
			for name, field := range b.fields {
				both.fields[name] = slices.Concat(both.fields[name], field)
			}
			all = append(all, both)
		}
	}
	return all
}

// compare returns how a value differs from the form that fits it best.
func (d *Document) compare(s schema, value any, path string) []string {
	var least []string
	for i, f := range d.forms(s, 0) {
		problems := d.against(f, value, path)
		if i == 0 || len(problems) < len(least) {
			least = problems
		}
	}
	return least
}

// against returns how a value differs from a form.
func (d *Document) against(f form, value any, path string) []string {
	at := path
	if at == "" {
		at = "the body"
	}
	if value == nil {
		if f.nullable || slices.Contains(f.types, "null") || len(f.types) == 0 && len(f.fields) == 0 {
			return nil
		}
		return []string{at + " is null"}
	}
	if kind := kindOf(value); len(f.types) > 0 && !slices.Contains(f.types, kind) && (kind != "integer" || !slices.Contains(f.types, "number")) {
		return []string{at + " is of the type " + kind}
	}
	switch v := value.(type) {
	case schema:
		return d.fields(f, v, path)
	case []any:
		var problems []string
		for _, one := range v {
			for _, items := range f.items {
				problems = append(problems, d.compare(items, one, path+"[]")...)
			}
		}
		return problems
	}
	if len(f.allowed) > 0 && !slices.Contains(f.allowed, value) {
		return []string{at + " is a value that is not documented"}
	}
	return nil
}

// fields returns how an object's fields differ from a form.
func (d *Document) fields(f form, value schema, path string) []string {
	prefix := path
	if prefix != "" {
		prefix += "."
	}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(value)) {
		described, known := f.fields[name]
		switch {
		case known:
			problems = append(problems, d.compare(schema{"allOf": anyOf(described)}, value[name], prefix+name)...)
		case !f.open && len(f.fields) > 0:
			problems = append(problems, prefix+name+" is not documented")
		}
	}
	for _, name := range slices.Sorted(slices.Values(f.required)) {
		if _, there := value[name]; !there {
			problems = append(problems, prefix+name+" is missing")
		}
	}
	return problems
}

// anyOf returns schemas as a list of a document has them.
func anyOf(all []schema) []any {
	var list []any
	for _, one := range all {
		list = append(list, one)
	}
	return list
}

// kindOf returns what a schema calls the type of a value.
func kindOf(value any) string {
	switch v := value.(type) {
	case string:
		return "string"
	case bool:
		return "boolean"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
