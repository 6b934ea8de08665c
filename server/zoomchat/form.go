package zoomchat

import (
	"context"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// FormFor returns the form with this ID, which is for this Mattermost user. Faults: ButtonExpired, ButtonNotYours.
func (in *Inbox) FormFor(ctx context.Context, person chat.PersonID, id string) (chat.Form, error) {
	kept, err := in.Surface.kept(ctx, id)
	switch {
	case err != nil:
		return chat.Form{}, err
	case kept.Form == nil || person == "" || kept.Actor.Person != person:
		return chat.Form{}, fault.New(fault.ButtonNotYours)
	}
	return *kept.Form, nil
}

// SubmitFor carries out the Mattermost user's answer to the form with this ID, and shows the result in Zoom. Faults likewise.
func (in *Inbox) SubmitFor(ctx context.Context, person chat.PersonID, id string, values map[string]string) (chat.FormErrors, error) {
	f, err := in.FormFor(ctx, person, id)
	if err != nil {
		return nil, err
	}
	kept, err := in.Surface.kept(ctx, id)
	if err != nil {
		return nil, err
	}
	return in.Bridge.Submit(ctx, chat.FormAnswer{
		Actor: kept.Actor, Place: kept.Place, Kind: f.Kind, State: f.State, Values: values, Talk: in.Surface.Conversation(kept.Actor, kept.Place, chat.MessageRef{}),
	})
}
