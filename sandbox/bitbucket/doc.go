// Package bitbucket is a faithful stand-in for Bitbucket Cloud and for Bitbucket
// Data Center: the OAuth pages and tokens, the API, and the sender of webhooks,
// with an injected clock, fault rules and a journal.
//
// A [Sandbox] is one installation of either product and one [net/http.Handler].
// Unit tests mount it with httptest, and the binary sandbox/cmd/sandbox serves it
// on loopback. Whatever a test needs to happen in Bitbucket (a push, a failing
// build, a pull request) is a Go method of a [Repository] or a [Pull], and a JSON
// call under /_sandbox for other processes. The plugin reaches it through its normal
// settings: both the site and the API are the sandbox's address.
//
// Rights are enforced: users can do in a repository what their right allows, users
// without one don't see a private repository, and apps are limited to their scopes.
//
// # Control API
//
// Besides what package kit serves for every sandbox:
// "by" is a nickname, by default that of an admin of the repository. In the binary,
// /_sandbox is /_sandbox/bitbucket or /_sandbox/bitbucket-dc.
//
//	POST   /_sandbox/users                          a User; answers with its generated fields
//	POST   /_sandbox/apps                           an App; answers with client_id and client_secret
//	POST   /_sandbox/repos                          a Repo: {"workspace","slug","private","rights":{"ada":"admin"}}
//	POST   /_sandbox/repos/{ws}/{slug}/rights       {"user","right"}; "" removes it
//	POST   /_sandbox/repos/{ws}/{slug}/private      {"private"}
//	POST   /_sandbox/repos/{ws}/{slug}/tokens       {"right"}; answers with an access token of the repository
//	POST   /_sandbox/repos/{ws}/{slug}/push         a Push: {"by","branch","commits":["..."]}; answers {"hash"}
//	POST   /_sandbox/repos/{ws}/{slug}/status       a Status: {"hash" or "branch","key","name","state"}
//	POST   /_sandbox/repos/{ws}/{slug}/pipelines    {"branch","by"}; answers {"build_number","uuid","hash","key"}
//	POST   /_sandbox/repos/{ws}/{slug}/pipelines/finish  {"build_number","result"}; 0 is the last run
//	GET    /_sandbox/repos/{ws}/{slug}/hooks        the webhooks; DELETE removes them all
//	POST   /_sandbox/repos/{ws}/{slug}/ping         tests the connection of each webhook
//	POST   /_sandbox/repos/{ws}/{slug}/pullrequests a PullRequest: {"by","title","source","reviewers"}; answers {"id"}
//	GET    .../pullrequests/{id}                    {"state","comments"}
//	POST   .../pullrequests/{id}/approve            {"by"}; request-changes, withdraw, decline likewise
//	POST   .../pullrequests/{id}/merge              {"by","strategy"}
//	POST   .../pullrequests/{id}/edit               {"by","title","description","reviewers"}
//	POST   .../pullrequests/{id}/conflicted         {"conflicted"}
//	POST   .../pullrequests/{id}/comments           a Comment: {"by","text","parent"}; answers {"id"}
//	POST   .../pullrequests/{id}/comments/edit      {"comment","text"}; delete {"comment"}, resolve {"comment","done"}
//	POST   /_sandbox/grants/revoke                  {"user","client_id"}, without telling the app
//	POST   /_sandbox/grants/expire                  {"client_id"}: its access tokens expire now
//	POST   /_sandbox/policy                         a Policy, as a whole
//	POST   /_sandbox/version                        {"version":"10.0.1"}: upgrades a Data Center
//
// # Undocumented behavior
//
// Where the products' documents say nothing, or their versions differ, what happens
// here is a guess that clients must not depend on.
//
//   - Whether a Data Center signs the ping of its "Test connection"
//     (Policy.SignedPing).
//   - What Cloud answers to approving or merging what is merged already: 400, or
//     what Policy.ConflictStatus says.
//   - Under which of its two keys a Data Center sends a request for changes:
//     here under the one that the webhook subscribes to.
//   - Whether Cloud's refresh tokens are spent by use: here they are not, while a
//     Data Center's are.
//   - Whether the API of a Data Center 10 has dates as text, too: here only its
//     deliveries do.
//   - Whether a request for changes withdraws the same person's approval: here it
//     replaces the approval, and Cloud sends no event for its end.
package bitbucket
