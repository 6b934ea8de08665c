package stack

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// Dialog waits for the first dialog that opens after the given place.
func (e *Ear) Dialog(ctx context.Context, after int) (*model.OpenDialogRequest, error) {
	event, err := e.Event(ctx, after, string(model.WebsocketEventOpenDialog))
	if err != nil {
		return nil, err
	}
	text, _ := event.GetData()["dialog"].(string)
	var opened model.OpenDialogRequest
	return &opened, errors.Wrapf(json.Unmarshal([]byte(text), &opened), "read the dialog %.200s", text)
}

// Chosen returns the choices that a field of several begins with, without some of them.
func Chosen(element model.DialogElement, without ...string) []string {
	return slices.DeleteFunc(strings.Split(element.Default, ","), func(value string) bool {
		return value == "" || slices.Contains(without, value)
	})
}

// EventsWithout returns what the dialog's field of events holds once these are taken out.
func EventsWithout(opened *model.OpenDialogRequest, without ...string) []string {
	for _, element := range opened.Dialog.Elements {
		if element.Name == "events" {
			return Chosen(element, without...)
		}
	}
	return nil
}

// Submit answers a dialog in a channel as a client does: with the current values of
// its fields, except where these answers change it. It returns the dialog's
// errors by field; nothing when it closes.
func (p *Person) Submit(ctx context.Context, channelID string, opened *model.OpenDialogRequest, changes map[string]any) (map[string]string, error) {
	answers := map[string]any{}
	for _, element := range opened.Dialog.Elements {
		switch {
		case element.Type == "bool":
			answers[element.Name] = element.Default == "true"
		case element.MultiSelect:
			answers[element.Name] = Chosen(element)
		case element.Default != "":
			answers[element.Name] = element.Default
		default:
			answers[element.Name] = nil
		}
	}
	for name := range changes {
		if _, asked := answers[name]; !asked {
			return nil, errors.Errorf("the dialog %q has no field %q", opened.Dialog.Title, name)
		}
	}
	maps.Copy(answers, changes)
	said, _, err := p.API.SubmitInteractiveDialog(ctx, model.SubmitDialogRequest{
		URL: opened.URL, CallbackId: opened.Dialog.CallbackId, State: opened.Dialog.State,
		UserId: p.User.Id, ChannelId: channelID, TeamId: p.stack.Team.Id, Submission: answers,
	})
	if err != nil {
		return nil, errors.Wrapf(err, "%s submits %s", p.User.Username, opened.Dialog.Title)
	}
	complaints := said.Errors
	if said.Error != "" {
		complaints = map[string]string{"": said.Error}
	}
	return complaints, nil
}
