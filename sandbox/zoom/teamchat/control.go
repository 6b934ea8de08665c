package teamchat

import (
	"net/http"
	"strconv"
	"time"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Host is the sandbox that a chat is in.
type Host interface {
	// Handle adds a path to the control API.
	Handle(pattern string, h http.HandlerFunc)
	// Act runs f with the lock and waits until the bots have been told.
	Act(f func(*Chat) error) error
	// See runs f with the lock.
	See(f func(*Chat))
}

// viewWait is how long a client waits for something new, and viewPause how often the
// sandbox looks, both in wall-clock time.
const (
	viewWait  = 20 * time.Second
	viewPause = 50 * time.Millisecond
)

// RouteControl adds what users do to the control API.
func RouteControl(h Host) {
	h.Handle("POST /_sandbox/chat/channels", kit.Body(func(q NewChannel) (any, error) {
		return kept(h, func(c *Chat) (*Channel, error) { return c.AddChannel(q) })
	}))
	h.Handle("POST /_sandbox/chat/send", kit.Body(func(q UserMessage) (any, error) {
		return kept(h, func(c *Chat) (*Message, error) { return c.Say(q) })
	}))
	h.Handle("POST /_sandbox/chat/click", kit.Body(func(q UserAction) (any, error) {
		return kept(h, func(c *Chat) (*Webview, error) { return c.Click(q) })
	}))
	h.Handle("POST /_sandbox/chat/shortcut", kit.Body(func(q ShortcutRequest) (any, error) {
		return kept(h, func(c *Chat) (*Webview, error) { return c.OpenShortcut(q) })
	}))
	for name, do := range map[string]func(*Chat, UserAction) error{
		"select": (*Chat).Select, "edit-text": (*Chat).EditText, "edit-field": (*Chat).EditField, "erase": (*Chat).Erase,
	} {
		h.Handle("POST /_sandbox/chat/"+name, kit.Body(func(q UserAction) (any, error) {
			return nil, h.Act(func(c *Chat) error { return do(c, q) })
		}))
	}
	for name, do := range map[string]func(*Chat, Membership) error{"join": (*Chat).Join, "leave": (*Chat).Leave} {
		h.Handle("POST /_sandbox/chat/"+name, kit.Body(func(q Membership) (any, error) {
			return nil, h.Act(func(c *Chat) error { return do(c, q) })
		}))
	}
	h.Handle("POST /_sandbox/chat/webviews/{id}", kit.BodyOf(func(r *http.Request, q SDKCall) (answer SDKAnswer, err error) {
		err = h.Act(func(c *Chat) (err error) {
			answer, err = c.CallSDK(r.PathValue("id"), q)
			return err
		})
		return answer, err
	}))
	h.Handle("DELETE /_sandbox/chat/webviews/{id}", kit.Query(func(r *http.Request) (any, error) {
		h.See(func(c *Chat) { c.CloseWebview(r.PathValue("id")) })
		return nil, nil
	}))
	h.Handle("GET /_sandbox/chat/view", kit.Query(func(r *http.Request) (any, error) { return view(h, r) }))
	h.Handle("GET /_sandbox/chat/people", kit.Query(func(*http.Request) (people []Person, _ error) {
		h.See(func(c *Chat) { people = c.People() })
		return people, nil
	}))
	h.Handle("GET /_sandbox/chat/problems", kit.Query(func(*http.Request) (problems []Problem, _ error) {
		h.See(func(c *Chat) { problems = c.Problems() })
		return problems, nil
	}))
}

// kept returns a copy of what f made, nil for nothing.
func kept[T any](h Host, f func(*Chat) (*T, error)) (any, error) {
	var made any
	err := h.Act(func(c *Chat) error {
		one, err := f(c)
		if one != nil {
			made = *one
		}
		return err
	})
	return made, err
}

// view returns what a client shows, once that is not what it showed already.
func view(h Host, r *http.Request) (v View, err error) {
	q := r.URL.Query()
	since, waiting := strconv.Atoi(q.Get("since"))
	for end := time.Now().Add(viewWait); ; {
		var now int
		h.See(func(c *Chat) { now = c.Revision() })
		if waiting != nil || now != since || time.Now().After(end) {
			break
		}
		select {
		case <-time.After(viewPause):
		case <-r.Context().Done():
			return v, r.Context().Err()
		}
	}
	h.See(func(c *Chat) { v, err = c.View(q.Get("as"), q.Get("in")) })
	return v, err
}
