package zoom

import (
	"strconv"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Person is someone who joins a meeting.
type Person struct {
	Name string `json:"name"`
	// Email is empty for guests; that of a [User] signs them in.
	Email string `json:"email"`
}

// StartMeeting has the host start a meeting and join it; id may be a
// personal meeting ID. A meeting that was held before gets a new UUID.
func (s *Sandbox) StartMeeting(id int64) error {
	return s.inRoom(id, func(w *world, room *meeting) error { return w.begin(room) })
}

// DeleteMeeting has the host delete a meeting, which is possible only while it isn't running.
func (s *Sandbox) DeleteMeeting(id int64) error {
	return s.Control(func(w *world) error {
		m, err := w.find(number(id))
		if err != nil {
			return err
		}
		if m.live() != nil || m.kind == typePersonal {
			return errors.Wrapf(kit.ErrConflict, "meeting %d can't be deleted", id)
		}
		w.remove(m, m.host)
		return nil
	})
}

// Join adds a participant to a running meeting.
func (s *Sandbox) Join(id int64, who Person) error {
	return s.inRoom(id, func(w *world, room *meeting) error {
		_, err := w.join(room, who, false)
		return err
	})
}

// Leave has the participant with that name leave. The meeting ends when no one is left.
func (s *Sandbox) Leave(id int64, name string) error {
	return s.inRoom(id, func(w *world, room *meeting) error {
		r := room.live()
		if r == nil {
			return errors.Wrapf(kit.ErrConflict, "meeting %d is not running", room.id)
		}
		for _, p := range r.people {
			if p.name == name && p.left.IsZero() {
				w.leave(room, p)
				return nil
			}
		}
		return errors.Wrapf(kit.ErrNotFound, "%q in meeting %d", name, room.id)
	})
}

// EndMeeting has the host end a meeting for all.
func (s *Sandbox) EndMeeting(id int64) error {
	return s.inRoom(id, func(w *world, room *meeting) error {
		if room.live() == nil {
			return errors.Wrapf(kit.ErrConflict, "meeting %d is not running", room.id)
		}
		w.end(room)
		return nil
	})
}

// inRoom runs f on the room that a meeting takes place in, then waits until the
// notifications of it have been attempted.
func (s *Sandbox) inRoom(id int64, f func(*world, *meeting) error) error {
	return s.Control(func(w *world) error {
		m, err := w.find(number(id))
		if err != nil {
			return err
		}
		return f(w, w.room(m))
	})
}

// begin starts a run, with the host as its first participant.
func (w *world) begin(room *meeting) error {
	if room.live() != nil {
		return errors.Wrapf(kit.ErrConflict, "meeting %d is running already", room.id)
	}
	w.open(room)
	host := room.host
	_, err := w.join(room, Person{Name: host.name(), Email: host.Email}, true)
	return err
}

// open starts a run without participants.
func (w *world) open(room *meeting) {
	if len(room.runs) > 0 {
		room.uuid = w.ids.meetingUUID()
	}
	r := &run{uuid: room.uuid, meeting: room, began: w.Now().Truncate(time.Second)}
	room.runs = append(room.runs, r)
	room.touched = w.Now()
	w.runs[r.uuid] = r
	w.announce(room, meetingEvent(EventMeetingStarted, r, w.Now()))
}

// join adds a participant to the current run. Where participants can join before the
// host, the first of them starts it.
func (w *world) join(room *meeting, who Person, host bool) (*participant, error) {
	if who.Name == "" {
		return nil, errors.Wrap(kit.ErrInvalid, "a participant needs a name")
	}
	r := room.live()
	if r == nil {
		if !room.setting("join_before_host") {
			return nil, errors.Wrapf(kit.ErrConflict, "meeting %d waits for its host", room.id)
		}
		w.open(room)
		r = room.live()
	}
	const firstNumber, step = 16778240, 1024
	p := &participant{
		name: who.Name, email: who.Email, user: w.userByEmail(who.Email), host: host,
		number: strconv.Itoa(firstNumber + step*len(r.people)), uuid: w.ids.UUIDBy("-"),
		joined: w.Now().Truncate(time.Second),
	}
	r.people = append(r.people, p)
	w.announce(room, w.participantEvent(EventParticipantJoined, r, p, w.Now(), ""))
	return p, nil
}

// leave removes a participant, and ends a meeting that is then empty.
func (w *world) leave(room *meeting, p *participant) {
	r := room.live()
	p.left = w.Now().Truncate(time.Second)
	w.announce(room, w.participantEvent(EventParticipantLeft, r, p, w.Now(), p.name+" left the meeting."))
	if len(r.present()) == 0 {
		w.end(room)
	}
}

// end closes the run. As in captures of the real thing, those still in it leave
// after it has ended.
func (w *world) end(room *meeting) {
	r := room.live()
	r.ended = w.Now().Truncate(time.Second)
	room.touched = w.Now()
	still := r.present()
	w.announce(room, meetingEvent(EventMeetingEnded, r, w.Now()))
	for i, p := range still {
		p.left = r.ended
		after := w.Now().Add(time.Duration(i+1) * 200 * time.Millisecond)
		w.announce(room, w.participantEvent(EventParticipantLeft, r, p, after,
			p.name+" left the meeting.<br>Reason: Host ended the meeting."))
	}
}

// present are those who have not left.
func (r *run) present() []*participant {
	var in []*participant
	for _, p := range r.people {
		if p.left.IsZero() {
			in = append(in, p)
		}
	}
	return in
}
