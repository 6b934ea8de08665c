package httpapi

import (
	"encoding/json"
	"net/http"
	"path"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// strippedHint is for senders that show their secret in the Authorization header, which some versions of Mattermost keep from
// plugins. It cannot be told from here whether one was sent.
const strippedHint = " No Authorization header arrived; if one was sent, your Mattermost strips the Authorization header; " +
	"use the address with the token in it."

// hook takes a delivery of a tool. It is only verified and stored: some tools wait a second for an answer, and few try again. Some
// take nothing but exactly 200 for success. What may pass by itself answers 503.
//
// Neither the body nor the headers are logged, nor more of the address than names the connection: all of them may hold secrets.
func (s *server) hook(w http.ResponseWriter, r *http.Request) {
	hook := r.PathValue("hook")
	if err := s.Bridge.Ingest(r.Context(), hook, r.PathValue("secret"), r.Header.Get, r.Body); err != nil {
		s.refuseAs(w, r, hook, err)
		return
	}
	s.reply(w, http.StatusOK, struct{}{})
}

// ask answers a question of a provider.
func (s *server) ask(w http.ResponseWriter, r *http.Request) {
	hook, question := r.PathValue("hook"), r.PathValue("question")
	if question == "" {
		question = path.Base(r.URL.Path)
	}
	answer, err := s.Bridge.Ask(r.Context(), hook, question, r.Header.Get, r.Body)
	if err != nil {
		s.refuseAs(w, r, hook, err)
		return
	}
	s.reply(w, http.StatusOK, json.RawMessage(answer))
}

// refuseAs answers what went wrong in the tool's words.
func (s *server) refuseAs(w http.ResponseWriter, r *http.Request, hook string, err error) {
	switch fault.CodeOf(err) {
	case fault.HookUnknown:
		s.refuseHook(w, hook, http.StatusNotFound, "This address is not in use.", err)
	case fault.TooLarge:
		s.refuseHook(w, hook, http.StatusRequestEntityTooLarge, "The body is too large.", err)
	case fault.Forged:
		s.refuseHook(w, hook, http.StatusUnauthorized, "The signature or token of the delivery is wrong.", err)
	case fault.Unsigned:
		why := "The delivery carries no signature or token."
		if r.Header.Get("Authorization") == "" && r.PathValue("secret") == "" {
			why += strippedHint
		}
		s.refuseHook(w, hook, http.StatusUnauthorized, why, err)
	case fault.InvalidInput:
		s.refuseHook(w, hook, http.StatusBadRequest, "The delivery was not understood.", err)
	case fault.TooManyWaiting:
		s.refuseHook(w, hook, http.StatusServiceUnavailable, "Too many deliveries of this connection are waiting. Send it again later.", err)
	default:
		s.refuseHook(w, hook, http.StatusServiceUnavailable, "The delivery could not be stored. Try again.", err)
	}
}

// retryAfter is what a sender is asked to wait that is told to send again, in seconds.
const retryAfter = "30"

func (s *server) refuseHook(w http.ResponseWriter, hook string, status int, why string, err error) {
	connection, _, _ := strings.Cut(hook, ".")
	about := connection
	if status == http.StatusNotFound {
		about = "" // anybody can make up any number of these
	}
	s.refusals.log(about, "A delivery was refused", "connection", chat.Truncate(connection, maxLoggedID), "status", status, "error", err.Error())
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, why, status)
}
