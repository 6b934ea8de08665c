// Package sentry is a faithful stand-in for Sentry: the OAuth pages and tokens,
// the API, and the sender of webhooks, with an injected clock, fault rules and a
// journal.
//
// A [Sandbox] is one Sentry with its organizations and one [net/http.Handler].
// Unit tests mount it with httptest, the binary sandbox/cmd/sandbox listens with
// it on loopback. What a test wants to happen at Sentry (an error, somebody who
// resolves an issue, a regression) is a Go method of a [ProjectHandle] or an
// [Issue], and the same operation as JSON under /_sandbox for other processes.
// The plugin is pointed at it by its ordinary settings, as a self-hosted Sentry.
//
// Deliveries follow Sentry's rules: one second for the receipt, a Request-ID of
// its own for each attempt, a signature over the body alone; integrations of an
// organization's own get each delivery once, published ones again every five
// minutes, three times. One that is too slow too often within a day loses its
// events.
//
// # Control API
//
// JSON over HTTP; misspelt fields are refused with 400, what does not exist
// with 404, what can not happen now with 409 and {"error": "..."}. Whoever is
// named by "by" is a login, and may be left out for an admin. In the binary,
// /_sandbox is /_sandbox/sentry.
//
//	POST   /_sandbox/users                            a User; answers with what it was given
//	POST   /_sandbox/apps                             an App; answers with client_id and client_secret
//	POST   /_sandbox/organizations                    an Organization with its projects, teams and integrations
//	POST   /_sandbox/organizations/{org}/roles        {"user","role"}; "" takes the person out
//	POST   /_sandbox/organizations/{org}/integrations an Integration; answers with token and client_secret
//	GET    /_sandbox/integrations/{slug}              how it is now; DELETE takes it out
//	POST   /_sandbox/organizations/{org}/metrics      a MetricAlert: {"rule","projects","action","text"}; answers {"id"}
//	POST   .../projects/{project}/errors              an Error; answers {"id","short_id"} of the issue
//	POST   .../projects/{project}/rules               {"rules":[...]}: its alert rules
//	POST   .../projects/{project}/legacy              {"url"}: the address of the legacy webhook
//	GET    .../organizations/{org}/issues/{id}        how the issue is
//	POST   .../issues/{id}/resolve                    {"by","release"}; "next" is the release to come
//	POST   .../issues/{id}/unresolve                  {"by"}
//	POST   .../issues/{id}/regress                    a resolved issue happens again
//	POST   .../issues/{id}/escalate                   an archived issue happens much more often
//	POST   .../issues/{id}/archive                    {"by","how"}: a substatus
//	POST   .../issues/{id}/assign                     {"by","to"}: a login, "#team", or ""
//	POST   .../issues/{id}/priority                   {"priority"}
//	POST   .../issues/{id}/comments                   {"by","text"}; answers {"id"}
//	POST   .../issues/{id}/comments/edit              {"comment","text"}; delete {"comment"}
//	POST   .../issues/{id}/seer                       {"action","data"}: a step of Seer
//	POST   .../issues/{id}/activity                   {"alert","action","data"}: an alert that watches activity
//	POST   .../projects/{project}/builds              {"action","data"}: a mobile build
//	POST   /_sandbox/grants/revoke                    {"user","client_id"}, silently
//	POST   /_sandbox/grants/expire                    {"client_id"}: its access tokens expire now
//	POST   /_sandbox/faults                           a Fault; DELETE removes all
//	POST   /_sandbox/policy                           a Policy, as a whole
//	GET    /_sandbox/clock                            POST {"advance_seconds": 300} lets time pass
//	GET    /_sandbox/journal                          ?kind=&method=&path=&unexpected=true; DELETE empties it
//	GET    /_sandbox/deliveries                       the deliveries with their attempts
//	GET    /_sandbox/counts                           requests by operation
//	POST   /_sandbox/reset                            back to the seed
//
// # Known unknowables
//
// Where Sentry's documents say nothing, or its versions differ, the choice made
// here is a guess, and a client must not depend on it.
//
//   - What the list of organizations answers to an integration's token: here 403.
//   - Whether the client secret of an integration is shown to a token that may
//     change it: here it is, else it is masked.
//   - Whether putting an issue aside is told as "ignored" (the newest source),
//     "archived" (the document) or both (Policy.ArchivedName).
//   - Whether a refresh token is spent by use: here it is.
//   - In what order deliveries arrive: here, as there, in none.
package sentry
