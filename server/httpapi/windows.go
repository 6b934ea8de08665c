package httpapi

import (
	"encoding/json"
	"net/http"

	"mattermost-plugin-zoom/server/bridge/console"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// WindowRequest is a request from a provider's window in the webapp. The route says which fields it uses.
type WindowRequest struct {
	ChannelID string `json:"channel_id"`
	RootID    string `json:"root_id"`
	// Text is the subcommand of the provider's command, with its arguments.
	Text string `json:"text"`
	// Press is the sealed value of the clicked button.
	Press string `json:"press"`
	// Kind and State are the form's; Values are its answers.
	Kind   string            `json:"kind"`
	State  string            `json:"state"`
	Values map[string]string `json:"values"`
	// Term is what the user typed into the form's Field.
	Field string `json:"field"`
	Term  string `json:"term"`
}

// place returns the place that the request names.
func (r WindowRequest) place() chat.Place {
	return placeOf(r.ChannelID, r.RootID)
}

// answer returns the submitted form.
func (r WindowRequest) answer(person chat.PersonID) chat.FormAnswer {
	values := r.Values
	if values == nil {
		values = map[string]string{}
	}
	return chat.FormAnswer{Actor: person.Actor(), Place: r.place(), Kind: r.Kind, State: r.State, Values: values}
}

// StepAnswer is the next thing that a window shows; empty at the end.
type StepAnswer struct {
	Form  *FormDetail  `json:"form,omitempty"`
	Notes []NoteDetail `json:"notes,omitempty"`
	// Errors are the errors in the submitted answers by field; if there are any, nothing was done.
	Errors map[string]string `json:"errors,omitempty"`
}

// FormDetail is a form; see chat.Form.
type FormDetail struct {
	Kind   string        `json:"kind"`
	State  string        `json:"state"`
	Title  string        `json:"title"`
	Intro  string        `json:"intro"`
	Submit string        `json:"submit"`
	Fields []FieldDetail `json:"fields"`
}

// FieldDetail is a field of a form; see chat.FormField.
type FieldDetail struct {
	Name        string         `json:"name"`
	Kind        chat.FieldKind `json:"kind"`
	Label       string         `json:"label"`
	Help        string         `json:"help"`
	Placeholder string         `json:"placeholder"`
	Default     string         `json:"default"`
	Optional    bool           `json:"optional"`
	MaxLength   int            `json:"max_length"`
	Options     []OptionDetail `json:"options"`
	Search      bool           `json:"search"`
}

// OptionDetail is one choice.
type OptionDetail struct {
	Label  string `json:"label"`
	Value  string `json:"value"`
	Detail string `json:"detail"`
}

// OptionsAnswer is the choices that match what the user typed into a field.
type OptionsAnswer struct {
	Options []OptionDetail `json:"options"`
}

// NoteDetail is a message or question for the user.
type NoteDetail struct {
	Text    string         `json:"text"`
	Buttons []ButtonDetail `json:"buttons"`
}

// ButtonDetail is a button; Press is what its click sends.
type ButtonDetail struct {
	Label   string `json:"label"`
	Primary bool   `json:"primary"`
	Press   string `json:"press"`
}

// windows carries out what users do in the provider windows that the webapp draws, and returns what the window shows next.
type windows struct {
	answers
	Bridge Bridge
}

// runInWindow runs a provider's command that the user selects or types in the webapp.
func (s *windows) runInWindow(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	request, ok := s.windowRequest(w, r, person)
	if !ok {
		return
	}
	step, err := s.Bridge.RunInWindow(r.Context(), person.Actor(), request.place(), r.PathValue("provider"), request.Text)
	if err != nil {
		s.fail(w, person, err)
		return
	}
	s.reply(w, http.StatusOK, s.step(person, step))
}

// pressInWindow carries out a click on a button in a window.
func (s *windows) pressInWindow(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	request, ok := s.windowRequest(w, r, person)
	if !ok {
		return
	}
	step, err := s.Bridge.PressInWindow(r.Context(), person.Actor(), request.place(), request.Press)
	if err != nil {
		s.fail(w, person, err)
		return
	}
	s.reply(w, http.StatusOK, s.step(person, step))
}

// submitInWindow carries out a form submitted in a window.
func (s *windows) submitInWindow(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	request, ok := s.windowRequest(w, r, person)
	if !ok {
		return
	}
	step, mistakes, err := s.Bridge.SubmitInWindow(r.Context(), request.answer(person))
	if err != nil {
		s.fail(w, person, err)
		return
	}
	answer := s.step(person, step)
	for field, mistake := range mistakes {
		if answer.Errors == nil {
			answer.Errors = map[string]string{}
		}
		answer.Errors[field] = s.People.Plain(person, mistake)
	}
	s.reply(w, http.StatusOK, answer)
}

// windowOptions looks up the choices of a field while the user types.
func (s *windows) windowOptions(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	request, ok := s.windowRequest(w, r, person)
	if !ok {
		return
	}
	options, err := s.Bridge.Options(r.Context(), request.answer(person), request.Field, request.Term)
	if err != nil {
		s.fail(w, person, err)
		return
	}
	s.reply(w, http.StatusOK, OptionsAnswer{Options: s.options(person, options)})
}

// windowRequest reads the request, or responds that it can't be read.
func (s *windows) windowRequest(w http.ResponseWriter, r *http.Request, person chat.PersonID) (WindowRequest, bool) {
	var request WindowRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&request); err != nil {
		s.fail(w, person, fault.Wrap(err, fault.InvalidInput))
		return request, false
	}
	return request, true
}

// step returns what the window shows, in the user's language.
func (s *windows) step(person chat.PersonID, step console.Step) StepAnswer {
	var answer StepAnswer
	if step.Form != nil {
		answer.Form = s.formDetail(person, *step.Form)
	}
	for _, note := range step.Notes {
		answer.Notes = append(answer.Notes, NoteDetail{Text: s.People.Markdown(person, note.Text), Buttons: s.pressable(person, note.Buttons)})
	}
	return answer
}

func (s *windows) formDetail(person chat.PersonID, f chat.Form) *FormDetail {
	say := func(m chat.Message) string { return s.People.Plain(person, m) }
	detail := &FormDetail{Kind: f.Kind, State: f.State, Title: say(f.Title), Intro: s.People.Markdown(person, f.Intro), Submit: say(f.Submit), Fields: []FieldDetail{}}
	for _, field := range f.Fields {
		d := FieldDetail{
			Name: field.Name, Kind: field.Kind, Label: say(field.Label), Help: say(field.Help), Placeholder: say(field.Placeholder),
			Default: field.Default, Optional: field.Optional, MaxLength: field.MaxLength, Options: s.options(person, field.Options), Search: field.Search,
		}
		if d.Kind == chat.SecretField {
			d.Default = ""
		}
		detail.Fields = append(detail.Fields, d)
	}
	return detail
}

func (s *windows) options(person chat.PersonID, options []chat.Option) []OptionDetail {
	details := make([]OptionDetail, 0, len(options))
	for _, o := range options {
		details = append(details, OptionDetail{Label: s.People.Plain(person, o.Label), Value: o.Value, Detail: s.People.Plain(person, o.Detail)})
	}
	return details
}
