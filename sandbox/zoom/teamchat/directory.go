package teamchat

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// channelAnswer is a channel in the API.
type channelAnswer struct {
	ID       string          `json:"id"`
	JID      string          `json:"jid"`
	Name     string          `json:"name"`
	Type     int             `json:"type"`
	URL      string          `json:"channel_url"`
	Settings channelSettings `json:"channel_settings"`
}

// channelSettings are the same for all channels of the sandbox.
type channelSettings struct {
	AddMember       int  `json:"add_member_permissions"`
	SeePrevious     bool `json:"new_members_can_see_previous_messages_files"`
	Posting         int  `json:"posting_permissions"`
	MentionAll      int  `json:"mention_all_permissions"`
	AddExternalUser int  `json:"allow_to_add_external_users"`
}

// memberAnswer is a channel's member in the API. What is not of the caller's account is
// empty.
type memberAnswer struct {
	ID         string `json:"id"`
	MemberID   string `json:"member_id"`
	Email      string `json:"email,omitempty"`
	FirstName  string `json:"first_name"`
	LastName   string `json:"last_name"`
	Name       string `json:"name"`
	Role       string `json:"role"`
	IsExternal bool   `json:"is_external"`
}

// The refusals of the calls about channels.
var (
	noPermission = &Failure{http.StatusBadRequest, 200, "Unauthorized request. You do not have permission to access this user's channel information."}
	badPageToken = &Failure{http.StatusBadRequest, 300, "The next page token is either invalid or has expired."}
)

// noSuchChannel refuses a channel that is not, or is not the user's.
func noSuchChannel(id string) *Failure {
	return &Failure{http.StatusNotFound, 4130, "Channel does not exist: " + id + "."}
}

// answer is a channel as the API shows it.
func (c *Chat) answer(ch *Channel) channelAnswer {
	a := channelAnswer{
		ID: ch.ID, JID: ch.JID, Name: ch.Name, Type: privateChannel, URL: c.Base + "/chat/#" + url.PathEscape(ch.JID),
		Settings: channelSettings{1, true, 1, 1, 1},
	}
	if ch.Public {
		a.Type = publicChannel
	}
	return a
}

// Channels is GET /chat/users/{userId}/channels.
func (c *Chat) Channels(userID string, q url.Values) (int, any, *Failure) {
	p, err := c.person(userID)
	if err != nil {
		return 0, nil, noPermission
	}
	all := []channelAnswer{}
	for _, ch := range c.channels {
		if ch.has(p.JID) {
			all = append(all, c.answer(ch))
		}
	}
	rows, next, failure := page(all, q, 10)
	if failure != nil {
		return 0, nil, failure
	}
	return http.StatusOK, map[string]any{"channels": rows, "next_page_token": next, "page_size": len(rows), "total_records": len(all)}, nil
}

// Channel is GET /chat/channels/{channelId} and its form with a user.
func (c *Chat) Channel(userID, channelID string) (int, any, *Failure) {
	ch, _, failure := c.channelFor(userID, channelID)
	if failure != nil {
		return 0, nil, failure
	}
	return http.StatusOK, c.answer(ch), nil
}

// Members is GET /chat/channels/{channelId}/members and its form with a user.
func (c *Chat) Members(userID, channelID string, q url.Values) (int, any, *Failure) {
	ch, caller, failure := c.channelFor(userID, channelID)
	if failure != nil {
		return 0, nil, failure
	}
	all := []memberAnswer{}
	for _, jid := range ch.Members {
		p, err := c.person(jid)
		if err != nil {
			continue
		}
		row := memberAnswer{MemberID: p.MemberID, Name: p.Name, Role: "member", IsExternal: p.AccountID != caller.AccountID}
		if len(all) == 0 {
			row.Role = "owner"
		}
		if !row.IsExternal {
			row.ID, row.Email, row.FirstName, row.LastName = p.ID, p.Email, p.FirstName, p.LastName
		}
		all = append(all, row)
	}
	rows, next, failure := page(all, q, 30)
	if failure != nil {
		return 0, nil, failure
	}
	return http.StatusOK, map[string]any{"members": rows, "next_page_token": next, "page_size": len(rows), "total_records": len(all)}, nil
}

// channelFor finds a channel that a user is in.
func (c *Chat) channelFor(userID, channelID string) (*Channel, Person, *Failure) {
	p, err := c.person(userID)
	if err != nil {
		return nil, p, noPermission
	}
	i := slices.IndexFunc(c.channels, func(ch *Channel) bool { return ch.ID == channelID })
	if i < 0 {
		return nil, p, noSuchChannel(channelID)
	}
	if !c.channels[i].has(p.JID) {
		return nil, p, noPermission
	}
	return c.channels[i], p, nil
}

// page returns the rows that a request asks for, and the token for those after them.
func page[T any](all []T, q url.Values, size int) (rows []T, next string, failure *Failure) {
	if n, err := strconv.Atoi(q.Get("page_size")); err == nil && n > 0 {
		size = n
	}
	from, err := strconv.Atoi(cmp.Or(q.Get("next_page_token"), "0"))
	if err != nil || from < 0 || from > len(all) {
		return nil, "", badPageToken
	}
	to := min(from+size, len(all))
	if to < len(all) {
		next = strconv.Itoa(to)
	}
	return all[from:to], next, nil
}
