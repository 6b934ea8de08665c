// Package pagerduty is a faithful stand-in for PagerDuty: the OAuth pages and
// tokens, the REST API, and the sender of V3 webhooks, with an injected clock,
// fault rules and a journal.
//
// A [Sandbox] is one PagerDuty account and one [net/http.Handler]. Unit tests
// mount it with httptest, and the binary sandbox/cmd/sandbox serves it on loopback.
// Whatever a test needs to happen in PagerDuty (an alert, a user who resolves an
// incident) is a Go method, and a JSON call under /_sandbox for other processes. The
// plugin reaches it through its normal settings: both the site and the API are the
// sandbox's address.
//
// Roles are enforced: observers can read, responders can work on incidents, managers
// can subscribe to services, admins to the whole account; and apps are limited to
// their scopes. Codes live 30 seconds, a code challenge is required, and refresh
// tokens work once.
//
// Deliveries about one incident keep their order. A delivery without a receipt (no
// answer in 5 seconds, 5xx, 429) is retried for 48 hours of the sandbox's time; other
// 4xx drop it; three drops in a row disable the subscription for a day.
//
// # Control API
//
// Besides what package kit serves for every sandbox:
// Users are named by ID or email address. In the binary, /_sandbox is
// /_sandbox/pagerduty.
//
//	POST   /_sandbox/users                a User; answers with its generated fields
//	POST   /_sandbox/places               teams, schedules, escalation policies, services and priorities of a Seed
//	POST   /_sandbox/users/role           {"user","role"}
//	POST   /_sandbox/apps                 an App; answers with client_id and client_secret
//	GET    /_sandbox/incidents            all; POST creates one from a Trigger: {"service","title","urgency"}
//	GET    /_sandbox/incidents/{id}       one, by ID or number
//	POST   /_sandbox/incidents/{id}       a Happening: {"what":"acknowledge","by":"ada@example.com"}
//	GET    /_sandbox/hooks                the webhook subscriptions; DELETE removes them all
//	POST   /_sandbox/hooks/{id}/rotate    answers with a second signing secret
//	POST   /_sandbox/grants/revoke        {"user","client_id"}, without telling the app
//	POST   /_sandbox/grants/expire        {"client_id"}: its access tokens expire now
//	POST   /_sandbox/policy               a Policy, as a whole
//
// # Undocumented behavior
//
// Where PagerDuty's documents say nothing, what happens here is a guess that clients
// must not depend on.
//
//   - How long the pauses between attempts are: here 10 seconds, doubling up to an
//     hour.
//   - Whether pending deliveries to a disabled subscription are kept: here they are
//     lost, and so are events in the meantime.
//   - Whether a second acknowledgment by the same user is refused: here with 1002.
//   - Whether the "From" header is needed with an app's token: here it is
//     optional, but must match when present.
//   - How a subscription to events whose scope the app lacks is refused:
//     here with 403.
//   - What GET /schedules/{id} answers for a schedule of shifts: here 404. Whether
//     /oncalls lists those: here it doesn't.
//   - Which event a title changed on the website sends: here none, until the next
//     event.
package pagerduty
