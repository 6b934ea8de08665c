package httpapi

import (
	"net/http"
	"strconv"

	"mattermost-plugin-zoom/server/bridge"
	"mattermost-plugin-zoom/server/chat"
)

// overviewLength is how many connections a page of the System Console has.
const overviewLength = 20

// OverviewAnswer is a page of all connections, for the System Console.
type OverviewAnswer struct {
	// All is how many connections there are, Page the number of this page from 1.
	All         int                `json:"all"`
	Page        int                `json:"page"`
	Pages       int                `json:"pages"`
	Connections []ConnectionDetail `json:"connections"`
}

// ConnectionDetail is a connection in the overview.
type ConnectionDetail struct {
	ID string `json:"id"`
	// Provider is the provider's name, Name the connection's.
	Provider string `json:"provider"`
	Name     string `json:"name"`
	URL      string `json:"url"`
	// Status is "ok", "warn" or "fail".
	Status string `json:"status"`
	// Details say what is wrong, which channels follow it, what arrived last, and who connected it.
	Details []string `json:"details"`
}

// overviewPages serves the overview of all connections.
type overviewPages struct {
	answers
	Bridge Bridge
}

// overview returns a page of all connections.
func (s *overviewPages) overview(w http.ResponseWriter, r *http.Request, person chat.PersonID) {
	asked := r.URL.Query()
	page, _ := strconv.Atoi(asked.Get("page"))
	shown, err := s.Bridge.Overview(r.Context(), person.Actor(), bridge.OverviewQuery{
		Text: asked.Get("text"), Failing: asked.Get("failing") == "true", Most: overviewLength,
	}, page)
	if err != nil {
		s.fail(w, person, err)
		return
	}
	answer := OverviewAnswer{All: shown.All, Page: shown.Page, Pages: shown.Pages, Connections: []ConnectionDetail{}}
	for _, line := range shown.Lines {
		one := ConnectionDetail{ID: line.ID, Provider: line.Provider, Name: line.Name, URL: line.URL, Status: string(line.Health), Details: []string{}}
		for _, detail := range line.Details {
			one.Details = append(one.Details, s.People.Plain(person, detail))
		}
		answer.Connections = append(answer.Connections, one)
	}
	s.reply(w, http.StatusOK, answer)
}
