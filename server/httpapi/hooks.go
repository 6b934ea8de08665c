package httpapi

import (
	"encoding/json"
	"net/http"
	"path"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
)

// strippedHint is for senders that put their secret in the Authorization header, which some versions of Mattermost remove before a plugin
// sees the request. The plugin can't tell whether one was sent.
const strippedHint = " If the request had an Authorization header, your Mattermost removes the Authorization header; " +
	"use the address that contains the token."

// providerHooks receives the deliveries and queries of providers.
type providerHooks struct {
	answers
	Bridge   Bridge
	refusals *refusals
}

// hook accepts a delivery from a provider. It only verifies and stores the delivery, because some providers wait no more than a second
// for a response and few retry. Some accept only 200 as success. A failure that may be temporary gets a 503.
//
// A stored delivery gets the empty 200 that the server sends when a plugin writes nothing: each header and status that a plugin writes is
// a call over its connection to the server.
//
// It logs neither the body nor headers, and of the address only the connection's ID: all of them may hold secrets.
func (s *providerHooks) hook(w http.ResponseWriter, r *http.Request) {
	hook := r.PathValue("hook")
	if err := s.Bridge.Ingest(r.Context(), hook, r.PathValue("secret"), r.Header.Get, inOneRead(r)); err != nil {
		s.refuseAs(w, r, hook, err)
	}
}

// ask responds to a provider's query.
func (s *providerHooks) ask(w http.ResponseWriter, r *http.Request) {
	hook, question := r.PathValue("hook"), r.PathValue("question")
	if question == "" {
		question = path.Base(r.URL.Path)
	}
	answer, err := s.Bridge.Ask(r.Context(), hook, question, r.Header.Get, inOneRead(r))
	if err != nil {
		s.refuseAs(w, r, hook, err)
		return
	}
	s.reply(w, http.StatusOK, json.RawMessage(answer))
}

// refuseAs responds to the delivery with the status and text for the error.
func (s *providerHooks) refuseAs(w http.ResponseWriter, r *http.Request, hook string, err error) {
	switch fault.CodeOf(err) {
	case fault.HookUnknown:
		s.refuseHook(w, hook, http.StatusNotFound, "This address isn't in use.", err)
	case fault.TooLarge:
		s.refuseHook(w, hook, http.StatusRequestEntityTooLarge, "The body is too large.", err)
	case fault.Forged:
		s.refuseHook(w, hook, http.StatusUnauthorized, "The signature or token of the delivery is wrong.", err)
	case fault.Unsigned:
		why := "The delivery has no signature or token."
		if r.Header.Get("Authorization") == "" && r.PathValue("secret") == "" {
			why += strippedHint
		}
		s.refuseHook(w, hook, http.StatusUnauthorized, why, err)
	case fault.InvalidInput:
		s.refuseHook(w, hook, http.StatusBadRequest, "The delivery can't be read.", err)
	case fault.TooManyWaiting:
		s.refuseHook(w, hook, http.StatusServiceUnavailable, "Too many deliveries of this connection are waiting. Send it again later.", err)
	default:
		s.refuseHook(w, hook, http.StatusServiceUnavailable, "The delivery couldn't be stored. Try again.", err)
	}
}

// retryAfter is the value of the Retry-After header, in seconds, for senders that should retry.
const retryAfter = "30"

func (s *providerHooks) refuseHook(w http.ResponseWriter, hook string, status int, why string, err error) {
	connection, _, _ := strings.Cut(hook, ".")
	about := connection
	if status == http.StatusNotFound {
		about = "" // anyone can make up any number of these
	}
	s.refusals.log(about, "A delivery was refused", "connection", chat.Truncate(connection, maxLoggedID), "status", status, "error", err.Error())
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, why, status)
}
