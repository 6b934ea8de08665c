// Package zoom is a faithful stand-in for Zoom: the OAuth pages and grants, the
// users and meetings API, the meeting room a link opens, and the sender of
// event notifications, with an injected clock, fault rules and a journal.
//
// A [Sandbox] is one [net/http.Handler]. Unit tests mount it with httptest, and
// the binary sandbox/cmd/sandbox serves it on loopback. Whatever a test needs to
// happen in Zoom (a meeting starts, a grant is revoked, an hour passes) is a Go
// method, and a JSON call under /_sandbox for other processes. The plugin reaches
// it through its normal settings: the Zoom URL is the sandbox's address, and the
// Zoom API URL is that address followed by /v2.
//
// Where Zoom's OpenAPI documents are present, the tests of this package compare
// every answer and every event with them.
//
// # Control API
//
// Besides what package kit serves for every sandbox:
//
//	POST   /_sandbox/apps                         an App; PUT /_sandbox/apps/{client_id} changes the fields it names
//	GET    /_sandbox/apps/{client_id}             the App and whether its endpoint is enabled
//	POST   /_sandbox/apps/{client_id}/validate    sends endpoint.url_validation
//	POST   /_sandbox/users                        a User; answers with its ID and PMI
//	GET    /_sandbox/meetings
//	POST   /_sandbox/meetings/{id}/start          join {"name","email"}, leave {"name"}, end; id may be a PMI
//	POST   /_sandbox/grants/revoke                {"email","client_id"}, without telling the app
//	POST   /_sandbox/grants/expire                {"client_id"}: its access tokens expire now
//	POST   /_sandbox/deauthorize                  {"email","client_id"}, sends app_deauthorized
//	POST   /_sandbox/policy                       a Policy; empty fields stay as they are
//	POST   /_sandbox/events                       {"client_id","event","payload"}: any notification
//	POST   /_sandbox/events/retry                 sends what is due
//
// # Undocumented behavior
//
// Zoom documents none of the following. What happens here is a guess that clients
// must not depend on. Where two answers are likely, [Policy] has a switch, and a
// client should pass with either position.
//
//   - Whether a retried notification keeps the timestamp and signature of its
//     first attempt, or gets a new timestamp and signature (Policy.RetryTimestamp).
//   - Whether a new server-to-server token ends the older ones (Policy.S2STokens).
//   - Whether a participant's time is named join_time or date_time: schema and
//     example of the same document disagree (Policy.ParticipantTime).
//   - Whether an access token outlives the refresh of its grant. Here it lives
//     until it expires.
//   - What a user-managed app gets for a path other than "me": here 401/124, as
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
