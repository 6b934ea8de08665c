// Package bitbucket is a faithful stand-in for Bitbucket Cloud and for Bitbucket
// Data Center: the OAuth pages and tokens, the API, and the sender of webhooks,
// with an injected clock, fault rules and a journal.
//
// A [Sandbox] is one installation of either product and one [net/http.Handler].
// Unit tests mount it with httptest, the binary sandbox/cmd/sandbox listens with
// it on loopback. What a test wants to happen at Bitbucket (a push, a failing
// build, a pull request) is a Go method of a [Repository] or a [Pull], and the
// same operation as JSON under /_sandbox for other processes. The plugin is
// pointed at it by its ordinary settings: both the site and the API are the
// sandbox's address.
//
// Rights matter: people may do in a repository what their right allows, those
// without any do not even see a private one, and apps are held to their scopes.
//
// # Control API
//
// JSON over HTTP; misspelt fields are refused with 400, what does not exist
// with 404, what can not happen now with 409 and {"error": "..."}. Whoever is
// named by "by" is a nickname, and may be left out for an admin of the repository.
// In the binary, /_sandbox is /_sandbox/bitbucket or /_sandbox/bitbucket-dc.
//
//	POST   /_sandbox/users                          a User; answers with what it was given
//	POST   /_sandbox/apps                           an App; answers with client_id and client_secret
//	POST   /_sandbox/repos                          a Repo: {"workspace","slug","private","rights":{"ada":"admin"}}
//	POST   /_sandbox/repos/{ws}/{slug}/rights       {"user","right"}; "" takes it
//	POST   /_sandbox/repos/{ws}/{slug}/private      {"private"}
//	POST   /_sandbox/repos/{ws}/{slug}/tokens       {"right"}; answers with an access token of the repository
//	POST   /_sandbox/repos/{ws}/{slug}/push         a Push: {"by","branch","commits":["..."]}; answers {"hash"}
//	POST   /_sandbox/repos/{ws}/{slug}/status       a Status: {"hash" or "branch","key","name","state"}
//	POST   /_sandbox/repos/{ws}/{slug}/pipelines    {"branch","by"}; answers {"build_number","uuid","hash","key"}
//	POST   /_sandbox/repos/{ws}/{slug}/pipelines/finish  {"build_number","result"}; 0 is the last run
//	GET    /_sandbox/repos/{ws}/{slug}/hooks        the webhooks; DELETE loses them all
//	POST   /_sandbox/repos/{ws}/{slug}/ping         tests the connection of each webhook
//	POST   /_sandbox/repos/{ws}/{slug}/pullrequests a PullRequest: {"by","title","source","reviewers"}; answers {"id"}
//	GET    .../pullrequests/{id}                    {"state","comments"}
//	POST   .../pullrequests/{id}/approve            {"by"}; request-changes, withdraw, decline likewise
//	POST   .../pullrequests/{id}/merge              {"by","strategy"}
//	POST   .../pullrequests/{id}/edit               {"by","title","description","reviewers"}
//	POST   .../pullrequests/{id}/conflicted         {"conflicted"}
//	POST   .../pullrequests/{id}/comments           a Comment: {"by","text","parent"}; answers {"id"}
//	POST   .../pullrequests/{id}/comments/edit      {"comment","text"}; delete {"comment"}, resolve {"comment","done"}
//	POST   /_sandbox/grants/revoke                  {"user","client_id"}, silently
//	POST   /_sandbox/grants/expire                  {"client_id"}: its access tokens expire now
//	POST   /_sandbox/faults                         a Fault; DELETE removes all
//	POST   /_sandbox/policy                         a Policy, as a whole
//	POST   /_sandbox/version                        {"version":"10.0.1"}: that of a Data Center from now on
//	GET    /_sandbox/clock                          POST {"advance_seconds": 300} lets time pass
//	GET    /_sandbox/journal                        ?kind=&method=&path=&unexpected=true; DELETE empties it
//	GET    /_sandbox/deliveries                     the deliveries with their attempts
//	GET    /_sandbox/counts                         requests by operation
//	POST   /_sandbox/reset                          back to the seed
//
// # Known unknowables
//
// Where the products' documents say nothing, or their versions differ, the choice
// made here is a guess, and a client must not depend on it.
//
//   - Whether a Data Center signs the ping of its "Test connection"
//     (Policy.SignedPing).
//   - What Cloud answers to approving or merging what is merged already: 400, or
//     what Policy.ConflictStatus says.
//   - Under which of its two keys a Data Center tells of a request for changes:
//     here under the one that the webhook asked for.
//   - Whether Cloud's refresh tokens are spent by use: here they are not, while a
//     Data Center's are.
//   - Whether the API of a Data Center 10 has dates as text, too: here only its
//     deliveries do.
//   - Whether a request for changes withdraws the same person's approval: here it
//     takes its place, and Cloud does not tell of the approval's end.
package bitbucket
