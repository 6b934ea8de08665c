package mmtest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
)

// Dialog is a dialog that a user has open.
type Dialog struct {
	model.Dialog

	// Error and Errors are the errors in the last answer, in general and by field.
	Error  string
	Errors map[string]string

	url, channelID string
}

// trigger is the right to show the user a dialog, for a short time after a command or a click.
type trigger struct {
	userID, channelID string
	at                time.Time
}

// trigger returns a new trigger ID for the user. It has the form of a real one, with another signature.
func (u *User) trigger(channelID string) string {
	clientID := u.mm.newID("trigger")
	now := u.mm.Now()
	id := base64.StdEncoding.EncodeToString([]byte(strings.Join([]string{
		clientID, u.ID, strconv.FormatInt(now.UnixMilli(), 10), "signature",
	}, ":")))
	u.mm.mu.Lock()
	defer u.mm.mu.Unlock()
	u.mm.triggers[id] = trigger{userID: u.ID, channelID: channelID, at: now}
	return id
}

// OpenInteractiveDialog shows the dialog to the owner of the trigger. A real server also shows an invalid one, or clients show nothing;
// here it fails the test. As in clients, a trigger opens one dialog.
func (a *api) OpenInteractiveDialog(request model.OpenDialogRequest) *model.AppError {
	a.called("OpenInteractiveDialog")
	sent, ok := cross(a.mm, &request)
	if !ok {
		return nil
	}
	now := a.mm.Now()
	a.mm.mu.Lock()
	defer a.mm.mu.Unlock()
	used, known := a.mm.triggers[sent.TriggerId]
	life := time.Duration(*a.mm.config.ServiceSettings.OutgoingIntegrationRequestsTimeout) * time.Second
	switch {
	case !known:
		return refusal("interactive_message.decode_trigger_id.verify_signature_failed", http.StatusBadRequest)
	case now.Sub(used.at) > life:
		return refusal("interactive_message.decode_trigger_id.expired", http.StatusBadRequest)
	}
	if err := sent.IsValid(); err != nil {
		a.mm.t.Errorf("mmtest: clients would not show this dialog: %v", err)
	}
	if !strings.HasPrefix(sent.URL, "/plugins/"+PluginID+"/") {
		a.mm.t.Errorf("mmtest: the answer to the dialog %q would leave the server for %s", sent.Dialog.Title, sent.URL)
	}
	delete(a.mm.triggers, sent.TriggerId)
	a.mm.dialogs[used.userID] = &Dialog{Dialog: sent.Dialog, url: sent.URL, channelID: used.channelID}
	return nil
}

// Dialog returns the user's open dialog, nil for none.
func (u *User) Dialog() *Dialog {
	u.mm.mu.Lock()
	defer u.mm.mu.Unlock()
	if d := u.mm.dialogs[u.ID]; d != nil {
		shown := *d
		return &shown
	}
	return nil
}

// Field returns the field with that name. Without one the test fails.
func (u *User) Field(name string) model.DialogElement {
	u.mm.t.Helper()
	return u.openDialog().element(u.mm, name)
}

func (u *User) openDialog() *Dialog {
	u.mm.t.Helper()
	d := u.Dialog()
	if d == nil {
		u.mm.t.Fatalf("mmtest: %s has no dialog open", u.Username)
	}
	return d
}

func (d *Dialog) element(mm *Mattermost, name string) model.DialogElement {
	mm.t.Helper()
	at := slices.IndexFunc(d.Elements, func(e model.DialogElement) bool { return e.Name == name })
	if at < 0 {
		mm.t.Fatalf("mmtest: the dialog %q has no field %q", d.Title, name)
	}
	return d.Elements[at]
}

// Submits fills in these fields of the open dialog, leaves the others as they are, and sends it. With an error it stays open.
func (u *User) Submits(values map[string]any) *Response {
	u.mm.t.Helper()
	d := u.openDialog()
	for name := range values {
		d.element(u.mm, name)
	}
	submission := map[string]any{}
	for _, e := range d.Elements {
		value, given := values[e.Name]
		if !given {
			value = initial(e)
		}
		u.fits(e, value)
		submission[e.Name] = value
	}
	response := u.answers(d, model.SubmitDialogRequest{Submission: submission})
	var answer model.SubmitDialogResponse
	if response.Body != "" {
		if err := response.JSON(&answer); err != nil {
			u.mm.t.Errorf("mmtest: the server cannot read the answer to a dialog: %v: %s", err, response.Body)
		}
	}
	if response.Status != http.StatusOK {
		answer.Error = "There was an issue with the server: " + strconv.Itoa(response.Status)
	}
	u.mm.mu.Lock()
	defer u.mm.mu.Unlock()
	if answer.Error == "" && len(answer.Errors) == 0 {
		delete(u.mm.dialogs, u.ID)
		return response
	}
	d.Error, d.Errors = answer.Error, answer.Errors
	u.mm.dialogs[u.ID] = d
	return response
}

// initial returns what a client sends for an untouched field.
func initial(e model.DialogElement) any {
	switch {
	case e.Type == "bool":
		return e.Default == "true"
	case e.Default == "":
		return nil
	case e.MultiSelect:
		return strings.Split(e.Default, ",")
	}
	return e.Default
}

// Without returns the value of a multi-select field after the user removes these choices.
func (u *User) Without(name string, values ...string) []string {
	u.mm.t.Helper()
	all, _ := initial(u.Field(name)).([]string)
	return slices.DeleteFunc(all, func(value string) bool { return slices.Contains(values, value) })
}

// With returns the value of a multi-select field after the user adds these choices.
func (u *User) With(name string, values ...string) []string {
	u.mm.t.Helper()
	all, _ := initial(u.Field(name)).([]string)
	return append(all, values...)
}

// fits fails the test for a value that a client wouldn't let the user send.
func (u *User) fits(e model.DialogElement, value any) {
	u.mm.t.Helper()
	if e.MultiSelect {
		u.fitsSeveral(e, value)
		return
	}
	text, isText := value.(string)
	switch _, isBool := value.(bool); {
	case e.Type == "bool" && !isBool, e.Type != "bool" && value != nil && !isText:
		u.mm.t.Fatalf("mmtest: the field %q does not take %v", e.Name, value)
	case e.Type != "bool" && text == "" && !e.Optional:
		u.mm.t.Fatalf("mmtest: the field %q cannot be left empty", e.Name)
	case e.Type == "select" && text != "" && !slices.ContainsFunc(e.Options, func(o *model.PostActionOptions) bool { return o.Value == text }):
		u.mm.t.Fatalf("mmtest: the field %q has no choice %q", e.Name, text)
	}
	most := e.MaxLength
	if most == 0 {
		most = map[string]int{"text": model.DialogElementTextMaxLength, "textarea": model.DialogElementTextareaMaxLength}[e.Type]
	}
	if most > 0 && len([]rune(text)) > most {
		u.mm.t.Fatalf("mmtest: the field %q takes %d characters, not %d", e.Name, most, len([]rune(text)))
	}
}

// fitsSeveral does the same for a multi-select field.
func (u *User) fitsSeveral(e model.DialogElement, value any) {
	u.mm.t.Helper()
	all, several := value.([]string)
	if value != nil && !several {
		u.mm.t.Fatalf("mmtest: the field %q takes several choices, not %v", e.Name, value)
	}
	if len(all) == 0 && !e.Optional {
		u.mm.t.Fatalf("mmtest: the field %q cannot be left empty", e.Name)
	}
	for _, one := range all {
		if !slices.ContainsFunc(e.Options, func(o *model.PostActionOptions) bool { return o.Value == one }) {
			u.mm.t.Fatalf("mmtest: the field %q has no choice %q", e.Name, one)
		}
	}
}

// Cancels closes the open dialog.
func (u *User) Cancels() {
	u.mm.t.Helper()
	d := u.openDialog()
	u.mm.mu.Lock()
	delete(u.mm.dialogs, u.ID)
	u.mm.mu.Unlock()
	if d.NotifyOnCancel {
		u.answers(d, model.SubmitDialogRequest{Cancelled: true})
	}
}

// answers sends the request as the server does. The client says which dialog it was, and the server which user.
func (u *User) answers(d *Dialog, request model.SubmitDialogRequest) *Response {
	u.mm.t.Helper()
	request.Type, request.CallbackId, request.State = "dialog_submission", d.CallbackId, d.State
	request.UserId, request.ChannelId, request.TeamId = u.ID, d.channelID, teamID
	body, err := json.Marshal(request)
	if err != nil {
		u.mm.t.Fatalf("mmtest: encode the answer to a dialog: %v", err)
	}
	return u.mm.serve(httptest.NewRequest(http.MethodPost, pluginPath(d.url), bytes.NewReader(body)), u.ID)
}
