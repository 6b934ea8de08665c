package conversation

import (
	"context"
	"encoding/json"
	"log/slog"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// Operation is something that users can have done. Each way in which they can ask for it has its function, nil for those that there are not.
type Operation struct {
	// Run does it for a request: typed, clicked or resumed after a sign-in. The note takes the place of a clicked one.
	Run Handler
	// Press does it for a button whose result is not a note in the button's place.
	Press Press
	// Answer takes the answer to the operation's form.
	Answer Answer
	// Resume goes on after a sign-in, and says on the page what Run would show.
	Resume Resume
	// Choices looks up the choices of a field of the operation's form.
	Choices Choices
}

// Registry knows all operations by the names that buttons, forms and links carry. It opens what was sealed, for its actor and in time, and
// hands it to the one operation that it is for. It is safe for use by several goroutines once all are registered.
type Registry struct {
	bridge.Providers
	Prompts   *Prompts
	Trail     *Trail
	Messenger bridge.Messenger
	Log       *slog.Logger

	operations map[string]Operation
}

// Register adds operations by their names. An operation may be registered by several packages, each with functions of its own.
func (r *Registry) Register(all map[string]Operation) {
	if r.operations == nil {
		r.operations = map[string]Operation{}
	}
	for name, o := range all {
		known := r.operations[name]
		if known.Run != nil && o.Run != nil || known.Press != nil && o.Press != nil || known.Answer != nil && o.Answer != nil || known.Resume != nil && o.Resume != nil || known.Choices != nil && o.Choices != nil {
			panic("two operations are called " + name)
		}
		if o.Run != nil {
			known.Run = o.Run
		}
		if o.Press != nil {
			known.Press = o.Press
		}
		if o.Answer != nil {
			known.Answer = o.Answer
		}
		if o.Resume != nil {
			known.Resume = o.Resume
		}
		if o.Choices != nil {
			known.Choices = o.Choices
		}
		r.operations[name] = known
	}
}

// Run runs the operation for the request, and records a refusal.
func (r *Registry) Run(ctx context.Context, operation string, w Request) (chat.Note, error) {
	note, err := r.Do(ctx, operation, w)
	return note, r.Trail.Refused(err, w.Intends(operation).Attempted())
}

// Do is Run within another operation, whose refusal is recorded already.
func (r *Registry) Do(ctx context.Context, operation string, w Request) (chat.Note, error) {
	do := r.operations[operation].Run
	if do == nil {
		return chat.Note{}, fault.New(fault.ButtonExpired)
	}
	return do(ctx, w)
}

// Press carries out a click on a button under a note of ours. Faults: ButtonExpired, ButtonNotYours, ProviderOff, and those of the
// operation.
func (r *Registry) Press(ctx context.Context, c chat.Click) error {
	what, err := r.Prompts.Unseal(ctx, c.Actor, c.Values[SealedValue])
	if err != nil {
		return r.Trail.Refused(err, bridge.AuditEntry{Event: bridge.AuditUse, Actor: c.Actor, Place: c.Place})
	}
	what.Talk = c.Talk
	o := r.operations[what.Kind]
	switch {
	case o.Press != nil:
		err = o.Press(ctx, c, what)
	case o.Run == nil:
		err = fault.New(fault.ButtonExpired)
	case r.Settings().Enabled[what.Provider] == "":
		err = r.ProviderOff(what.Provider)
	default:
		err = r.runInPlace(ctx, o.Run, what.Request())
	}
	return r.Trail.Refused(err, what.Attempted())
}

// runInPlace runs the operation, and shows the result in place of the note that was clicked.
func (r *Registry) runInPlace(ctx context.Context, do Handler, w Request) error {
	note, err := do(ctx, w)
	if err != nil || note.Text.Zero() {
		return err
	}
	if err := w.Talk.Replace(ctx, note); err != nil {
		r.Log.Warn("A note couldn't be updated", "user_id", w.Actor.ID, "error", err.Error())
	}
	return nil
}

// Submit carries out the answer to a form of ours; errors by field keep it open. Faults likewise.
func (r *Registry) Submit(ctx context.Context, a chat.FormAnswer) (chat.FormErrors, error) {
	what, err := r.Prompts.Unseal(ctx, a.Actor, a.State)
	if err != nil {
		return nil, r.Trail.Refused(err, bridge.AuditEntry{Event: bridge.AuditUse, Actor: a.Actor})
	}
	if what.Talk = a.Talk; a.Talk == nil {
		what.Talk = Quiet{Messenger: r.Messenger, Actor: what.Actor, Place: what.Place}
	}
	do := r.operations[what.Kind].Answer
	if do == nil || what.Kind != a.Kind {
		return nil, fault.New(fault.ButtonExpired)
	}
	wrong, err := do(ctx, a, what)
	return wrong, r.Trail.Refused(err, what.Attempted())
}

// Resume continues what a user authorized for; next is what ConnectURL was given, which only the plugin can have made. It returns
// what to tell the person. Faults: LinkExpired, ProviderOff, and those of the operation.
func (r *Registry) Resume(ctx context.Context, person chat.PersonID, next string) (chat.Message, error) {
	var what Intent
	if err := json.Unmarshal([]byte(next), &what); err != nil {
		return chat.Message{}, errors.Wrap(err, "read what to resume")
	}
	said, err := r.resume(ctx, person, what)
	return said, r.Trail.Refused(err, what.Attempted())
}

func (r *Registry) resume(ctx context.Context, person chat.PersonID, what Intent) (chat.Message, error) {
	o := r.operations[what.Kind]
	if what.Actor.Person != person || o.Resume == nil && o.Run == nil {
		return chat.Message{}, fault.New(fault.LinkExpired)
	}
	what.Talk = Quiet{Messenger: r.Messenger, Actor: what.Actor, Place: what.Place}
	if o.Resume != nil {
		return o.Resume(ctx, person, what)
	}
	if r.Settings().Enabled[what.Provider] == "" {
		return chat.Message{}, r.ProviderOff(what.Provider)
	}
	note, err := o.Run(ctx, what.Request())
	if err != nil {
		return chat.Message{}, err
	}
	if !note.Text.Zero() {
		if err := what.Talk.Tell(ctx, note); err != nil {
			r.Log.Warn("A person could not be answered", "user_id", what.Actor.ID, "error", err.Error())
		}
	}
	if len(note.Buttons) > 0 {
		return chat.Say("bridge.connect.page_asked"), nil
	}
	return chat.Say("bridge.connect.page_done", "Provider", r.Name(what.Provider)), nil
}

// Told reports whether the operation itself tells the actor the result, so that what Resume returns is for the page alone.
func (r *Registry) Told(what Intent) bool { return r.operations[what.Kind].Resume == nil }

// Cancelled says that nothing was done.
func Cancelled(context.Context, Request) (chat.Note, error) {
	return chat.Note{Text: chat.Say("bridge.cancelled")}, nil
}
