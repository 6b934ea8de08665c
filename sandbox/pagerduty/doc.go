// Package pagerduty is a faithful stand-in for PagerDuty: the OAuth pages and
// tokens, the REST API, and the sender of V3 webhooks, with an injected clock,
// fault rules and a journal.
//
// A [Sandbox] is one PagerDuty account and one [net/http.Handler]. Unit tests
// mount it with httptest, the binary sandbox/cmd/sandbox listens with it on
// loopback. What a test wants to happen at PagerDuty (an alert, somebody
// resolving an incident) is a Go method, and the same operation as JSON under
// /_sandbox for other processes. The plugin is pointed at it by its ordinary
// settings: both the site and the API are the sandbox's address.
//
// Rights matter: observers may look, responders work on incidents, managers
// subscribe to services, admins to the whole account; and apps are held to their
// scopes. Codes live 30 seconds, code challenges are a must, refresh tokens are
// spent by use.
//
// Deliveries about one incident keep their order. What is not taken (no answer
// in 5 seconds, 5xx, 429) is tried again for 48 hours of the sandbox's time; other
// 4xx drop it; three drops in a row disable the subscription for a day.
//
// # Control API
//
// JSON over HTTP; misspelt fields are refused with 400, what does not exist
// with 404, what can not happen now with 409 and {"error": "..."}. People are named
// by ID or address. In the binary, /_sandbox is /_sandbox/pagerduty.
//
//	POST   /_sandbox/users                a User; answers with what it was given
//	POST   /_sandbox/places               teams, schedules, escalation policies, services and priorities of a Seed
//	POST   /_sandbox/users/role           {"user","role"}
//	POST   /_sandbox/apps                 an App; answers with client_id and client_secret
//	GET    /_sandbox/incidents            all; POST makes one of a Trigger: {"service","title","urgency"}
//	GET    /_sandbox/incidents/{id}       one, by ID or number
//	POST   /_sandbox/incidents/{id}       a Happening: {"what":"acknowledge","by":"ada@example.com"}
//	GET    /_sandbox/hooks                the webhook subscriptions; DELETE loses them all
//	POST   /_sandbox/hooks/{id}/rotate    answers with a second secret to sign with
//	POST   /_sandbox/grants/revoke        {"user","client_id"}, silently
//	POST   /_sandbox/grants/expire        {"client_id"}: its access tokens expire now
//	POST   /_sandbox/faults               a Fault; DELETE removes all
//	POST   /_sandbox/policy               a Policy, as a whole
//	GET    /_sandbox/clock                POST {"advance_seconds": 300} lets time pass
//	GET    /_sandbox/journal              ?kind=&method=&path=&unexpected=true; DELETE empties it
//	GET    /_sandbox/deliveries           the deliveries with their attempts
//	GET    /_sandbox/counts               requests by operation
//	POST   /_sandbox/reset                back to the seed
//
// # Known unknowables
//
// Where PagerDuty's documents say nothing, the choice made here is a guess, and a
// client must not depend on it.
//
//   - How long the pauses between attempts are: here 10 seconds, doubling up to an
//     hour.
//   - Whether what waits for a subscription that was disabled is kept: here it is
//     lost, and so is what happens meanwhile.
//   - Whether acknowledging again as the same person is refused: here with 1002.
//   - Whether the "From" header is needed with an app's token: here it may be left
//     out, but must fit where it is there.
//   - How a subscription is refused that asks for events whose scope the app lacks:
//     here with 403.
//   - What GET /schedules/{id} answers for a schedule of shifts: here 404. Whether
//     /oncalls lists those: here not.
//   - Who hears of a title that was changed at the web site: here nobody, until
//     something else happens.
package pagerduty
