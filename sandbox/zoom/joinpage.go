package zoom

import (
	"net/http"
	"net/url"
	"sort"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// roomPage is what the meeting room shows.
type roomPage struct {
	Title, Problem       string
	Topic, Host, Number  string
	Pwd, ZAK, Me, Myself string
	NeedsPasscode        bool
	Live, Inside, IsHost bool
	Waiting              bool
	Since, Action        string
	People               []roomTile
}

// roomTile is a person in the room.
type roomTile struct {
	Name, Initials string
	Host, Me       bool
}

// serveRoom is the page behind a join link (/j) or a start link (/s).
func (s *Sandbox) serveRoom(rw http.ResponseWriter, r *http.Request) {
	page, status := roomPage{}, http.StatusOK
	s.Locked(func(w *world) { page, status = w.roomPage(r.PathValue("meetingId"), r.URL.Query()) })
	pages.Write(rw, status, "room.html", page)
}

// roomPage looks at a room with the rights that q gives: pwd opens it, zak makes
// its bearer the host, me is the stay of a participant.
func (w *world) roomPage(number string, q url.Values) (roomPage, int) {
	m, err := w.find(number)
	if err != nil || m.expired(w.Now()) {
		return roomPage{Title: "Meeting", Problem: "This meeting link is not valid, or the meeting has ended."}, http.StatusNotFound
	}
	room := w.room(m)
	page := roomPage{
		Title: room.topic, Topic: room.topic, Host: room.host.name(), Number: spaced(number), Action: "/j/" + number,
		Pwd: q.Get("pwd"), ZAK: q.Get("zak"), Me: q.Get("me"), Waiting: q.Get("waiting") != "", Myself: q.Get("name"),
		IsHost: w.startsAsHost(room, q.Get("zak")),
	}
	if page.ZAK != "" && !page.IsHost {
		page.Problem = "This start link has expired."
	}
	page.NeedsPasscode = !page.IsHost && !room.admits(page.Pwd) && room.stay(page.Me) == nil
	if page.NeedsPasscode && page.Pwd != "" {
		page.Problem = "Wrong passcode."
	}
	live := room.live()
	if live == nil || page.NeedsPasscode {
		return page, http.StatusOK
	}
	page.Live, page.Since, page.Waiting = true, live.began.Format(time.TimeOnly)+" UTC", false
	for _, p := range live.present() {
		me := p.uuid == page.Me
		page.Inside = page.Inside || me
		page.IsHost = page.IsHost || me && p.host
		page.People = append(page.People, roomTile{p.name, initials(p.name), p.host, me})
	}
	return page, http.StatusOK
}

// startsAsHost reports whether a start pass is valid for a room.
func (w *world) startsAsHost(room *meeting, zak string) bool {
	pass := w.starts[zak]
	return pass != nil && pass.meeting == room && w.Now().Before(pass.expires)
}

// admits reports whether what a link or a form carries opens the room: the
// passcode or its encrypted form.
func (m *meeting) admits(pwd string) bool {
	return m.passcode == "" || pwd == m.passcode || pwd == m.encrypted
}

// serveRoomAction is the room's forms: join, start, leave and end.
func (s *Sandbox) serveRoomAction(rw http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		pages.Write(rw, http.StatusBadRequest, "room.html", roomPage{Title: "Meeting", Problem: "Bad request"})
		return
	}
	number, q := r.PathValue("meetingId"), url.Values{}
	var err error
	s.Locked(func(w *world) { err = w.act(number, r.PostForm, q) })
	if err != nil {
		status := http.StatusConflict
		if errors.Is(err, kit.ErrNotFound) {
			status = http.StatusNotFound
		}
		pages.Write(rw, status, "room.html", roomPage{Title: "Meeting", Problem: err.Error()})
		return
	}
	http.Redirect(rw, r, "/j/"+url.PathEscape(number)+"?"+q.Encode(), http.StatusSeeOther)
}

// act does what a form of the room asks for and puts into q what the page that
// follows needs.
func (w *world) act(number string, form, q url.Values) error {
	m, err := w.find(number)
	if err != nil {
		return err
	}
	room := w.room(m)
	q.Set("pwd", form.Get("pwd"))
	host := w.startsAsHost(room, form.Get("zak"))
	me := room.stay(form.Get("me"))
	if !host && me == nil && !room.admits(form.Get("pwd")) {
		return nil // the page asks for the passcode
	}
	switch action := form.Get("action"); {
	case action == "start":
		if err := w.begin(room); err != nil {
			return err
		}
		q.Set("me", room.live().people[0].uuid)
	case action == "join":
		return w.enter(room, Person{strings.TrimSpace(form.Get("name")), strings.TrimSpace(form.Get("email"))}, q)
	case action == "leave" && me != nil:
		w.leave(room, me)
	case action == "end" && me != nil && me.host:
		w.end(room)
	}
	return nil
}

// enter admits a participant, or into the page that waits for the host.
func (w *world) enter(room *meeting, who Person, q url.Values) error {
	if room.live() == nil && !room.setting("join_before_host") {
		q.Set("waiting", "1")
		q.Set("name", who.Name)
		return nil
	}
	p, err := w.join(room, who, strings.EqualFold(who.Email, room.host.Email))
	if err == nil {
		q.Set("me", p.uuid)
	}
	return err
}

// stay finds a participant in the room.
func (m *meeting) stay(uuid string) *participant {
	if r := m.live(); r != nil {
		for _, p := range r.present() {
			if p.uuid == uuid {
				return p
			}
		}
	}
	return nil
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		return "?"
	}
	letters := string([]rune(words[0])[:1])
	if len(words) > 1 {
		letters += string([]rune(words[len(words)-1])[:1])
	}
	return strings.ToUpper(letters)
}

// spaced writes a meeting ID the way Zoom shows it: 812 3456 7890.
func spaced(number string) string {
	if len(number) < 10 {
		return number
	}
	return number[:3] + " " + number[3:len(number)-4] + " " + number[len(number)-4:]
}

// frontPage is what the sandbox's own address shows.
type frontPage struct {
	Title, Problem, Now string
	Users               []User
	Meetings            []Meeting
}

// serveFrontPage lists users and meetings.
func (s *Sandbox) serveFrontPage(rw http.ResponseWriter, _ *http.Request) {
	page := frontPage{Title: "Zoom sandbox", Now: s.Now().Format(time.RFC1123), Meetings: s.Meetings()}
	s.Locked(func(w *world) {
		for _, u := range w.users {
			page.Users = append(page.Users, *u)
		}
	})
	pages.Write(rw, http.StatusOK, "front.html", page)
}

// overview lists all meetings, oldest first.
func (w *world) overview() []Meeting {
	all := []Meeting{}
	for _, m := range w.meetings {
		if m.deleted {
			continue
		}
		row := Meeting{
			ID: m.id, UUID: m.uuid, Topic: m.topic, Host: m.host.name(), Status: w.room(m).status(), JoinURL: w.joinURL(m),
			Personal: m.kind == typePersonal, Present: []string{}, Created: m.created,
		}
		if live := w.room(m).live(); live != nil {
			for _, p := range live.present() {
				row.Present = append(row.Present, p.name)
			}
		}
		all = append(all, row)
	}
	sort.Slice(all, func(i, j int) bool {
		if !all[i].Created.Equal(all[j].Created) {
			return all[i].Created.Before(all[j].Created)
		}
		return all[i].ID < all[j].ID
	})
	return all
}
