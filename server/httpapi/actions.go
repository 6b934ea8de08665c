package httpapi

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"mattermost-plugin-zoom/server/bridge/conversation"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// selectedValue is the key of the option chosen in a menu; see chat.Click.
const selectedValue = "selected"

// inThreadPrefix precedes the chosen option, or is sent alone, if the webapp showed the post in its thread. The server says only which
// post was clicked, and passes this on like a chosen option. It decides only where the answer is shown.
const inThreadPrefix = "in-thread/"

// buttons handles clicks on the buttons of posts, and submitted dialogs.
type buttons struct {
	answers
	Bridge   Bridge
	Meetings Meetings
}

// action handles a click on a button of a post. The request arrives through the server, which guarantees who clicked; everything else in
// it comes from the client.
func (s *buttons) action(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	var request model.PostActionIntegrationRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&request); err != nil {
		s.fail(w, person, fault.Wrap(err, fault.InvalidInput))
		return
	}
	card, _ := request.Context["card"].(bool)
	click := chat.Click{
		Actor:  person.Actor(),
		Place:  placeOf(request.ChannelId, text(request.Context["root_id"])),
		Action: text(request.Context["action"]),
		Card:   card,
		Values: texts(request.Context["values"]),
	}
	chosen, inThread := strings.CutPrefix(text(request.Context["selected_option"]), inThreadPrefix)
	if chosen != "" {
		click.Values[selectedValue] = chosen
	}
	if inThread && click.Place.Thread == "" {
		click.Place.Thread = request.PostId
	}
	click.Message = chat.MessageRef{Place: click.Place, ID: request.PostId}
	note := click.Message
	if card {
		note = chat.MessageRef{} // a card is for everyone to see, so an answer never replaces it
	}
	click.Talk = s.People.Conversation(click.Actor, click.Place, request.TriggerId, note)
	if err := s.actorOf(click)(r.Context(), click); err != nil {
		if fault.CodeOf(err) == fault.Internal {
			s.Log.Error("A click failed", "user_id", string(person), "action", chat.Truncate(click.Action, maxLoggedID), "error", err.Error())
		}
		// The server would post an error text in the answer as "System", in the thread of the post. The bot posts it where the click was.
		if err := click.Talk.Tell(r.Context(), chat.Note{Text: chat.Failure(err)}); err != nil {
			s.fail(w, person, err)
			return
		}
	}
	s.reply(w, http.StatusOK, model.PostActionIntegrationResponse{})
}

// actorOf returns the function that carries out the click.
func (s *buttons) actorOf(c chat.Click) func(context.Context, chat.Click) error {
	switch {
	case c.Card:
		return s.Bridge.Act
	case c.Action == conversation.Pressed:
		return s.Bridge.Press
	}
	return s.Meetings.Act
}

// form handles a submitted dialog. Like a click it arrives through the server, but any user can send one in their own name.
func (s *buttons) form(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	var request model.SubmitDialogRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequest)).Decode(&request); err != nil {
		s.fail(w, person, fault.Wrap(err, fault.InvalidInput))
		return
	}
	var answer model.SubmitDialogResponse
	if request.Cancelled {
		s.reply(w, http.StatusOK, answer)
		return
	}
	mistakes, err := s.Bridge.Submit(r.Context(), chat.FormAnswer{
		Actor: person.Actor(), Place: placeOf(request.ChannelId, ""), Kind: request.CallbackId, State: request.State,
		Values: submitted(request.Submission),
	})
	if err != nil {
		if fault.CodeOf(err) == fault.Internal {
			s.Log.Error("A form failed", "user_id", string(person), "form", chat.Truncate(request.CallbackId, maxLoggedID), "error", err.Error())
		}
		// A dialog shows no formatting.
		answer.Error = s.People.Plain(person, chat.Failure(err))
	}
	for field, mistake := range mistakes {
		if answer.Errors == nil {
			answer.Errors = map[string]string{}
		}
		answer.Errors[field] = s.People.Plain(person, mistake)
	}
	s.reply(w, http.StatusOK, answer)
}

// placeOf returns the Mattermost place with this channel and this first post of a thread, "" for none.
func placeOf(channelID, rootID string) chat.Place {
	return chat.Place{Surface: chat.Mattermost, Channel: channelID, Thread: rootID}
}

// submitted returns the answers of a form as text; several choices are joined by commas.
func submitted(values map[string]any) map[string]string {
	found := make(map[string]string, len(values))
	for name, value := range values {
		switch v := value.(type) {
		case bool:
			found[name] = strconv.FormatBool(v)
		case []any:
			chosen := make([]string, 0, len(v))
			for _, one := range v {
				chosen = append(chosen, text(one))
			}
			found[name] = strings.Join(chosen, ",")
		default:
			found[name] = text(value)
		}
	}
	return found
}

func text(value any) string {
	s, _ := value.(string)
	return s
}

func texts(value any) map[string]string {
	pairs, _ := value.(map[string]any)
	found := make(map[string]string, len(pairs))
	for name, v := range pairs {
		found[name] = text(v)
	}
	return found
}
