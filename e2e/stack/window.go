package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/pkg/errors"
)

// Window is a user's open window of a provider, as the webapp has it.
type Window struct {
	person *Person
	// channelID is where it was opened.
	channelID string

	// Status is that of the last answer, Failure what it said where that was none.
	Status  int
	Failure string
	Form    *WindowForm
	Notes   []WindowNote
	// Errors are what was wrong with the answers sent last; the form stays then.
	Errors map[string]string
}

// WindowForm is a form in a window.
type WindowForm struct {
	Kind   string        `json:"kind"`
	State  string        `json:"state"`
	Title  string        `json:"title"`
	Fields []WindowField `json:"fields"`
}

// WindowField is a field of it.
type WindowField struct {
	Name    string         `json:"name"`
	Default string         `json:"default"`
	Options []WindowOption `json:"options"`
	Search  bool           `json:"search"`
}

// WindowOption is a choice of a field.
type WindowOption struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Detail string `json:"detail"`
}

// WindowNote is something that a window tells or asks.
type WindowNote struct {
	Text    string         `json:"text"`
	Buttons []WindowButton `json:"buttons"`
}

// WindowButton is a button in a window.
type WindowButton struct {
	Label string `json:"label"`
	Press string `json:"press"`
}

// ToolPage is all that a channel has set up of a tool.
type ToolPage struct {
	Tabs []struct {
		Title string `json:"title"`
		Items []struct {
			Title   string         `json:"title"`
			Buttons []WindowButton `json:"buttons"`
		} `json:"items"`
		Buttons []WindowButton `json:"buttons"`
	} `json:"tabs"`
}

// OpensWindow does what the words say behind a tool's command, as the webapp does from its menus.
func (p *Person) OpensWindow(ctx context.Context, tool, channelID, text string) (*Window, error) {
	w := &Window{person: p, channelID: channelID}
	return w, w.ask(ctx, "/providers/"+tool+"/run", map[string]any{"text": text})
}

// Page opens the page of a tool.
func (p *Person) Page(ctx context.Context, tool, channelID string) (ToolPage, error) {
	var page ToolPage
	status, answer, err := p.callPlugin(ctx, http.MethodGet, "/providers/"+tool+"/page?channel_id="+channelID, nil)
	if err == nil && status != http.StatusOK {
		err = errors.Errorf("status %d: %s", status, answer)
	}
	if err == nil {
		err = json.Unmarshal(answer, &page)
	}
	return page, errors.Wrap(err, "open the page of a tool")
}

// Overview is a page of all connections, as the System Console shows it.
type Overview struct {
	All         int `json:"all"`
	Connections []struct {
		Name    string   `json:"name"`
		Status  string   `json:"status"`
		Details []string `json:"details"`
	} `json:"connections"`
}

// Overview opens the first page of the connections whose name has the text.
func (p *Person) Overview(ctx context.Context, text string) (Overview, error) {
	var page Overview
	status, answer, err := p.callPlugin(ctx, http.MethodGet, "/connections?text="+url.QueryEscape(text), nil)
	if err == nil && status != http.StatusOK {
		err = errors.Errorf("status %d: %s", status, answer)
	}
	if err == nil {
		err = json.Unmarshal(answer, &page)
	}
	return page, errors.Wrap(err, "open the overview of connections")
}

// Finds types into a field that searches.
func (w *Window) Finds(ctx context.Context, field, term string) ([]WindowOption, error) {
	var found struct {
		Options []WindowOption `json:"options"`
	}
	if w.Form == nil {
		return nil, errors.New("the window has no form")
	}
	request := map[string]any{"kind": w.Form.Kind, "state": w.Form.State, "field": field, "term": term}
	status, answer, err := w.person.callPlugin(ctx, http.MethodPost, "/window/options", w.at(request))
	if err == nil && status != http.StatusOK {
		err = errors.Errorf("status %d: %s", status, answer)
	}
	if err == nil {
		err = json.Unmarshal(answer, &found)
	}
	return found.Options, errors.Wrap(err, "look for choices")
}

// Submits sends the form; what is left out stays as it is.
func (w *Window) Submits(ctx context.Context, changes map[string]string) error {
	form := w.Form
	if form == nil {
		return errors.Errorf("the window has no form: %+v", *w)
	}
	values := map[string]string{}
	for _, field := range form.Fields {
		values[field.Name] = field.Default
	}
	maps.Copy(values, changes)
	err := w.ask(ctx, "/window/submit", map[string]any{"kind": form.Kind, "state": form.State, "values": values})
	if len(w.Errors) > 0 {
		w.Form = form
	}
	return err
}

// Clicks clicks a button of the window's notes.
func (w *Window) Clicks(ctx context.Context, label string) error {
	for _, note := range w.Notes {
		for _, button := range note.Buttons {
			if button.Label == label {
				return w.Presses(ctx, button)
			}
		}
	}
	return errors.Errorf("the window has no button %q: %+v", label, *w)
}

// Presses clicks a button, of this window or of a page.
func (w *Window) Presses(ctx context.Context, button WindowButton) error {
	return w.ask(ctx, "/window/press", map[string]any{"press": button.Press})
}

// Says returns all that the window tells.
func (w *Window) Says() string {
	said := []string{w.Failure}
	for _, note := range w.Notes {
		said = append(said, note.Text)
	}
	return strings.Join(said, "\n")
}

func (w *Window) at(request map[string]any) map[string]any {
	request["channel_id"], request["root_id"] = w.channelID, ""
	return request
}

// ask sends a request and takes what the window shows then.
func (w *Window) ask(ctx context.Context, path string, request map[string]any) error {
	status, body, err := w.person.callPlugin(ctx, http.MethodPost, path, w.at(request))
	if err != nil {
		return err
	}
	var answer struct {
		Form   *WindowForm       `json:"form"`
		Notes  []WindowNote      `json:"notes"`
		Errors map[string]string `json:"errors"`
		Error  struct {
			Message string `json:"message"`
		} `json:"error"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return errors.Wrapf(err, "answer with status %d: %s", status, body)
	}
	w.Status, w.Failure, w.Form, w.Notes, w.Errors = status, answer.Error.Message, answer.Form, answer.Notes, answer.Errors
	return nil
}

// callPlugin sends a request to the plugin's API as the webapp does.
func (p *Person) callPlugin(ctx context.Context, method, path string, request any) (status int, answer []byte, err error) {
	body, err := json.Marshal(request)
	if err != nil {
		return 0, nil, errors.Wrap(err, "encode a request")
	}
	r, err := http.NewRequestWithContext(ctx, method, p.Server.URL+"/plugins/"+PluginID+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, errors.Wrap(err, "make a request")
	}
	r.Header.Set("Authorization", "Bearer "+p.API.AuthToken)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Requested-With", "XMLHttpRequest")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, nil, errors.Wrapf(err, "%s asks the plugin", p.User.Username)
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(response.Body)
	return response.StatusCode, answer, errors.Wrap(err, "read the answer")
}
