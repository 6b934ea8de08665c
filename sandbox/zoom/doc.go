// Package zoom is a faithful stand-in for Zoom: the OAuth pages and grants, the
// users and meetings API, the meeting room a link opens, and the sender of
// event notifications, with an injected clock, fault rules and a journal.
//
// A [Sandbox] is one [net/http.Handler]. Unit tests mount it with httptest, the
// binary sandbox/cmd/sandbox listens with it on loopback. What a test wants to
// happen at Zoom (a meeting begins, a grant is revoked, an hour passes) is a Go
// method, and the same operation as JSON under /_sandbox for other processes.
// The plugin is pointed at it by its ordinary settings: the Zoom URL is the
// sandbox's address, the Zoom API URL is that address followed by /v2.
//
// Where Zoom's own OpenAPI documents are present, the tests of this package
// hold every answer and every event against them.
//
// # Control API
//
// JSON over HTTP; misspelt fields are refused with 400, what does not exist
// with 404, what can not happen now with 409 and {"error": "..."}.
//
//	POST   /_sandbox/apps                         an App; PUT /_sandbox/apps/{client_id} changes the fields it names
//	GET    /_sandbox/apps/{client_id}             the App and whether its endpoint is enabled
//	POST   /_sandbox/apps/{client_id}/validate    sends endpoint.url_validation
//	POST   /_sandbox/users                        a User; answers with its ID and PMI
//	GET    /_sandbox/clock                        POST {"advance_seconds": 300} lets time pass
//	GET    /_sandbox/meetings
//	POST   /_sandbox/meetings/{id}/start          join {"name","email"}, leave {"name"}, end; id may be a PMI
//	POST   /_sandbox/grants/revoke                {"email","client_id"}, silently
//	POST   /_sandbox/grants/expire                {"client_id"}: its access tokens expire now
//	POST   /_sandbox/deauthorize                  {"email","client_id"}, sends app_deauthorized
//	POST   /_sandbox/faults                       a Fault; DELETE removes all
//	POST   /_sandbox/policy                       a Policy; empty fields stay as they are
//	POST   /_sandbox/events                       {"client_id","event","payload"}: any notification
//	POST   /_sandbox/events/retry                 sends what is due
//	GET    /_sandbox/journal                      ?kind=&method=&path=&unexpected=true; DELETE empties it
//	GET    /_sandbox/deliveries                   the notifications with their attempts
//	GET    /_sandbox/counts                       requests by operation
//	POST   /_sandbox/reset                        back to the seed
//
// # Known unknowables
//
// Zoom documents none of the following; the choice made here is a guess, and a
// client must not depend on it. Where two answers are likely, [Policy] has a
// switch, and a client ought to pass with either position.
//
//   - Whether a retried notification keeps the timestamp and signature of its
//     first attempt, or is stamped and signed anew (Policy.RetryTimestamp).
//   - Whether a new server-to-server token ends the older ones (Policy.S2STokens).
//   - Whether a participant's time is spelled join_time or date_time: schema and
//     example of the same document disagree (Policy.ParticipantTime).
//   - Whether an access token outlives the refresh of its grant. Here it lives
//     until it expires.
//   - What a user-managed app gets for another path than "me": here 401/124, as
//     the guide's "invalid token error" suggests; and what a server-to-server
//     app gets for "me": here 404/1001.
//   - What ending a meeting that is not running answers: here 404/3001.
//   - Whether a meeting of type 1 is "waiting" before its host arrives: here yes.
//   - Whether app_deauthorized has event_ts at the top in milliseconds, as in
//     captures, or inside the payload as text, as in the current example: here
//     the former.
//   - Whether a status such as 201 counts as a receipt: here it does not, and as
//     every answer below 500 it is not retried.
//   - Which of an account's rate limit headers accompany a successful answer.
package zoom
