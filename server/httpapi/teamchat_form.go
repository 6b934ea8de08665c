package httpapi

import (
	"crypto/rand"
	_ "embed"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

//go:embed form.html
var formHTML string

// formPage is a form of a bot in Zoom Team Chat that is filled in in a browser: one that asks for a secret.
type formPage struct {
	Title, Intro, Submit, Done, Nonce string
	Fields                            []formInput
}

// formInput is a field of the page.
type formInput struct {
	Name, Label, Help, Placeholder, Kind, Value string
	Required                                    bool
	MaxLength                                   int
	Options                                     []formOption
}

type formOption struct {
	Label, Value string
	Chosen       bool
}

// form shows the form to the user whom it asks.
func (s *chatPages) form(w http.ResponseWriter, r *http.Request) {
	person := signedIn(r)
	if person == "" {
		http.Redirect(w, r, "/login?redirect_to="+url.QueryEscape("/plugins/zoom"+r.URL.Path), http.StatusFound)
		return
	}
	f, err := s.Chat.FormFor(r.Context(), person, r.PathValue("id"))
	if err != nil {
		s.showFault(w, r, person, err)
		return
	}
	s.showForm(w, s.formPage(person, f))
}

func (s *chatPages) formPage(person chat.PersonID, f chat.Form) formPage {
	say := func(m chat.Message) string { return s.People.Plain(person, m) }
	p := formPage{Title: say(f.Title), Intro: say(f.Intro), Submit: say(f.Submit), Done: say(chat.Say("zoomchat.page.form.done")), Nonce: rand.Text()}
	if p.Submit == "" {
		p.Submit = say(chat.Say("zoomchat.form.send"))
	}
	for _, field := range f.Fields {
		input := formInput{
			Name: field.Name, Label: say(field.Label), Help: say(field.Help), Placeholder: say(field.Placeholder), Kind: string(field.Kind),
			Value: field.Default, Required: !field.Optional && field.Kind != chat.BoolField && field.Kind != chat.MultiSelectField, MaxLength: field.MaxLength,
		}
		for _, o := range field.Options {
			input.Options = append(input.Options, formOption{say(o.Label), o.Value, slices.Contains(strings.Split(field.Default, ","), o.Value)})
		}
		p.Fields = append(p.Fields, input)
	}
	return p
}

// showForm writes the page, which runs only its own script and sends the form only to this server.
func (s *chatPages) showForm(w http.ResponseWriter, p formPage) {
	w.Header().Set("Strict-Transport-Security", "max-age=31536000")
	writePage(w, s.Log, http.StatusOK, formHTML, p, "default-src 'none'; style-src 'nonce-"+p.Nonce+"'; script-src 'nonce-"+p.Nonce+
		"'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
}

// chatForms takes the answers to such forms.
type chatForms struct {
	answers
	Chat TeamChat
}

// FormAnswer is the result of a submitted form: errors by field, or none if it was carried out.
type FormAnswer struct {
	Errors map[string]string `json:"errors,omitempty"`
}

// submit carries out the answer.
func (s *chatForms) submit(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	var values map[string]string
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&values); err != nil {
		s.fail(w, person, fault.Wrap(err, fault.InvalidInput))
		return
	}
	wrong, err := s.Chat.SubmitFor(r.Context(), person, r.PathValue("id"), values)
	if err != nil {
		s.fail(w, person, err)
		return
	}
	var answer FormAnswer
	for field, mistake := range wrong {
		if answer.Errors == nil {
			answer.Errors = map[string]string{}
		}
		answer.Errors[field] = s.People.Plain(person, mistake)
	}
	s.reply(w, http.StatusOK, answer)
}
