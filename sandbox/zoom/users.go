package zoom

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// DefaultAccountID is the account that users and apps belong to unless they
// name another.
const DefaultAccountID = "SbxAccountAAAAAAAAAAAA"

// User is a Zoom account.
type User struct {
	// ID is generated when empty.
	ID string `json:"id"`
	// Email is the login, compared without regard to case.
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	// PMI is the number of the personal meeting room; generated when 0.
	PMI       int64  `json:"pmi"`
	AccountID string `json:"account_id"`
	// Timezone is an IANA name, "UTC" when empty.
	Timezone string `json:"timezone,omitempty"`
	// UsePMI is the person's own preference for instant meetings.
	UsePMI bool `json:"use_pmi,omitempty"`
	// Status is "active" when empty; "inactive" users can't host meetings.
	Status string `json:"status,omitempty"`
	// Type is 1 for a basic user and 2, the default, for a licensed one.
	Type int `json:"type,omitempty"`

	created time.Time
	// jid is the person's address in chat, and memberID what members of a channel are
	// known by in other accounts.
	jid, memberID string
}

// name is what Zoom displays for the person.
func (u *User) name() string {
	return strings.TrimSpace(u.FirstName + " " + u.LastName)
}

// addUser adds a user, with the personal meeting room that everyone has.
func (w *world) addUser(u User) (*User, error) {
	if !strings.Contains(u.Email, "@") {
		return nil, errors.Wrap(kit.ErrInvalid, "a user needs an email address")
	}
	if w.userByEmail(u.Email) != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "%s exists already", u.Email)
	}
	if u.ID == "" {
		u.ID = w.ids.object()
	}
	if u.PMI == 0 {
		u.PMI = w.freeNumber(w.ids.personalNumber)
	}
	if w.meetings[u.PMI] != nil {
		return nil, errors.Wrapf(kit.ErrConflict, "meeting %d exists already", u.PMI)
	}
	if u.AccountID == "" {
		u.AccountID = DefaultAccountID
	}
	if u.Timezone == "" {
		u.Timezone = "UTC"
	}
	if u.Status == "" {
		u.Status = "active"
	}
	if u.Type == 0 {
		u.Type = 2
	}
	member := sha256.Sum256([]byte(u.ID))
	u.created, u.jid, u.memberID = w.Now(), strings.ToLower(u.ID)+"@xmpp.zoom.us", base64.RawURLEncoding.EncodeToString(member[:])
	user := &u
	w.users = append(w.users, user)
	w.addPersonalRoom(user)
	return user, nil
}

// addPersonalRoom opens the meeting that is always there under the user's PMI.
func (w *world) addPersonalRoom(u *User) {
	owner := u.name()
	if owner == "" {
		owner = u.Email
	}
	w.meetings[u.PMI] = &meeting{
		id: u.PMI, uuid: w.ids.meetingUUID(), host: u, kind: typePersonal,
		topic: owner + "'s Personal Meeting Room", timezone: u.Timezone,
		passcode: w.ids.passcode(), encrypted: w.ids.encryptedPasscode(),
		settings: defaultSettings(), created: w.Now(), touched: w.Now(), source: "web_portal",
	}
}

// freeNumber mints meeting numbers until one is not taken.
func (w *world) freeNumber(mint func() int64) int64 {
	for {
		if id := mint(); w.meetings[id] == nil {
			return id
		}
	}
}

// userByEmail finds a user by login, or returns nil.
func (w *world) userByEmail(email string) *User {
	for _, u := range w.users {
		if strings.EqualFold(u.Email, email) {
			return u
		}
	}
	return nil
}

// user finds a user by ID or login, or returns nil.
func (w *world) user(key string) *User {
	for _, u := range w.users {
		if u.ID == key {
			return u
		}
	}
	return w.userByEmail(key)
}

// userAnswer is Zoom's answer to "get a user".
type userAnswer struct {
	ID                 string   `json:"id"`
	FirstName          string   `json:"first_name"`
	LastName           string   `json:"last_name"`
	DisplayName        string   `json:"display_name"`
	Email              string   `json:"email"`
	Type               int      `json:"type"`
	RoleName           string   `json:"role_name"`
	PMI                int64    `json:"pmi"`
	UsePMI             bool     `json:"use_pmi"`
	PersonalMeetingURL string   `json:"personal_meeting_url"`
	Timezone           string   `json:"timezone"`
	Verified           int      `json:"verified"`
	Dept               string   `json:"dept"`
	CreatedAt          string   `json:"created_at"`
	LastLoginTime      string   `json:"last_login_time"`
	PicURL             string   `json:"pic_url"`
	CMSUserID          string   `json:"cms_user_id"`
	JID                string   `json:"jid"`
	GroupIDs           []string `json:"group_ids"`
	IMGroupIDs         []string `json:"im_group_ids"`
	AccountID          string   `json:"account_id"`
	Language           string   `json:"language"`
	PhoneNumber        string   `json:"phone_number"`
	Status             string   `json:"status"`
	LoginTypes         []int    `json:"login_types"`
}

// readUser is GET /users/{userId}.
func (w *world) readUser(c *call) (int, any, *apiError) {
	u, failure := w.target(c)
	if failure != nil {
		return 0, nil, failure
	}
	room := w.meetings[u.PMI]
	return 200, userAnswer{
		ID: u.ID, FirstName: u.FirstName, LastName: u.LastName, DisplayName: u.name(), Email: u.Email,
		Type: u.Type, RoleName: "Member", PMI: u.PMI, UsePMI: u.UsePMI,
		PersonalMeetingURL: w.joinURL(room), Timezone: u.Timezone, Verified: 1,
		CreatedAt: stamp(u.created), LastLoginTime: stamp(u.created), PicURL: w.Base + "/p/" + u.ID,
		JID:      u.jid,
		GroupIDs: []string{}, IMGroupIDs: []string{}, AccountID: u.AccountID, Language: "en-US",
		Status: u.Status, LoginTypes: []int{100},
	}, nil
}
