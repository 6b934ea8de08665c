// Package sentry is a faithful stand-in for Sentry: the OAuth pages and tokens,
// the API, and the sender of webhooks, with an injected clock, fault rules and a
// journal.
//
// A [Sandbox] is one Sentry with its organizations and one [net/http.Handler].
// Unit tests mount it with httptest, and the binary sandbox/cmd/sandbox serves it
// on loopback. Whatever a test needs to happen in Sentry (an error, a user who
// resolves an issue, a regression) is a Go method of a [ProjectHandle] or an
// [Issue], and a JSON call under /_sandbox for other processes. The plugin reaches
// it through its normal settings, as a self-hosted Sentry.
//
// Deliveries follow Sentry's rules: one second for the receipt, a new Request-ID for
// each attempt, a signature over the body alone. Internal integrations get each
// delivery once; published ones get it up to three more times, five minutes apart.
// An integration that is too slow too often within a day loses its events.
//
// # Control API
//
// Besides what package kit serves for every sandbox:
// "by" is a login, by default that of an admin. In the binary, /_sandbox is
// /_sandbox/sentry.
//
//	POST   /_sandbox/users                            a User; answers with its generated fields
//	POST   /_sandbox/apps                             an App; answers with client_id and client_secret
//	POST   /_sandbox/organizations                    an Organization with its projects, teams and integrations
//	POST   /_sandbox/organizations/{org}/roles        {"user","role"}; "" removes the user
//	POST   /_sandbox/organizations/{org}/integrations an Integration; answers with token and client_secret
//	GET    /_sandbox/integrations/{slug}              its current state; DELETE removes it
//	POST   /_sandbox/organizations/{org}/metrics      a MetricAlert: {"rule","projects","action","text"}; answers {"id"}
//	POST   .../projects/{project}/errors              an Error; answers {"id","short_id"} of the issue
//	POST   .../projects/{project}/rules               {"rules":[...]}: its alert rules
//	POST   .../projects/{project}/legacy              {"url"}: the address of the legacy webhook
//	GET    .../organizations/{org}/issues/{id}        the state of the issue
//	POST   .../issues/{id}/resolve                    {"by","release"}; "next" is the next release
//	POST   .../issues/{id}/unresolve                  {"by"}
//	POST   .../issues/{id}/regress                    a resolved issue occurs again
//	POST   .../issues/{id}/escalate                   an archived issue occurs much more often
//	POST   .../issues/{id}/archive                    {"by","how"}: a substatus
//	POST   .../issues/{id}/assign                     {"by","to"}: a login, "#team", or ""
//	POST   .../issues/{id}/priority                   {"priority"}
//	POST   .../issues/{id}/comments                   {"by","text"}; answers {"id"}
//	POST   .../issues/{id}/comments/edit              {"comment","text"}; delete {"comment"}
//	POST   .../issues/{id}/seer                       {"action","data"}: a step of Seer
//	POST   .../issues/{id}/activity                   {"alert","action","data"}: an alert that watches activity
//	POST   .../projects/{project}/builds              {"action","data"}: a mobile build
//	POST   /_sandbox/grants/revoke                    {"user","client_id"}, without telling the app
//	POST   /_sandbox/grants/expire                    {"client_id"}: its access tokens expire now
//	POST   /_sandbox/policy                           a Policy, as a whole
//
// # Undocumented behavior
//
// Where Sentry's documents say nothing, or its versions differ, what happens here is
// a guess that clients must not depend on.
//
//   - What the list of organizations answers to an integration's token: here 403.
//   - Whether the client secret of an integration is shown to a token that may
//     change it: here it is, and masked for others.
//   - Whether archiving an issue is sent as "ignored" (the newest source),
//     "archived" (the document) or both (Policy.ArchivedName).
//   - Whether a refresh token is spent by use: here it is.
//   - In what order deliveries arrive: here in no particular order.
package sentry
