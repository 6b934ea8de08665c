package jenkins

import (
	"encoding/json"
	"net/http"
	"strings"

	"mattermost-plugin-zoom/sandbox/kit"
)

// tree is which fields an answer has: those that the parameter "tree" names, each with the fields of what is in it.
// https://www.jenkins.io/doc/book/using/remote-access-api/
type tree map[string]tree

// parseTree reads "a,b[c,d[e]]".
func parseTree(text string) tree {
	t, _ := subtree(text)
	return t
}

// subtree reads up to the bracket that ends it, and returns what follows.
func subtree(text string) (tree, string) {
	t := tree{}
	for text != "" {
		end := strings.IndexAny(text, ",[]")
		if end < 0 {
			t[text] = nil
			return t, ""
		}
		name, mark := text[:end], text[end]
		text = text[end+1:]
		var below tree
		if mark == '[' {
			below, text = subtree(text)
		}
		if name != "" {
			t[name] = below
		}
		if mark == ']' {
			return t, text
		}
	}
	return t, ""
}

// answer sends what the API exports, cut down to the parameter "tree"; each object says its class.
func answer(rw http.ResponseWriter, r *http.Request, exported any) {
	encoded, err := json.Marshal(exported)
	if err != nil {
		page(rw, http.StatusInternalServerError, err.Error())
		return
	}
	var value any
	if err := json.Unmarshal(encoded, &value); err != nil {
		page(rw, http.StatusInternalServerError, err.Error())
		return
	}
	if asked := r.URL.Query().Get("tree"); asked != "" {
		value = parseTree(asked).prune(value)
	}
	kit.WriteJSON(rw, http.StatusOK, value)
}

func (t tree) prune(value any) any {
	switch v := value.(type) {
	case []any:
		for i := range v {
			v[i] = t.prune(v[i])
		}
	case map[string]any:
		for name, below := range v {
			named, asked := t[name]
			switch {
			case !asked && name != "_class":
				delete(v, name)
			case asked && named != nil:
				v[name] = named.prune(below)
			}
		}
	}
	return value
}
