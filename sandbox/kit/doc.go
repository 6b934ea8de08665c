// Package kit is what the sandboxes have in common. A sandbox is a stand-in for a
// vendor's product: zoom, jenkins, bitbucket, sentry, pagerduty. What the product
// does, and what it answers, is written there; the kit knows no vendor. It has the
// clock that tests advance, the journal of calls, fault rules, the outbox of
// deliveries, OAuth grants and their pages, rate limits and the control API.
//
// The kit protects nothing, and imports nothing of the plugin.
//
// # Control API
//
// Every sandbox serves these under /_sandbox, and more of its own. JSON over HTTP;
// misspelled fields are refused with 400, what doesn't exist with 404, what can't
// happen now with 409 and {"error": "..."}.
//
//	GET    /_sandbox/clock        POST {"advance_seconds": 300} lets time pass
//	POST   /_sandbox/faults       a [Fault]; DELETE removes all
//	POST   /_sandbox/release      sends what faults held back, the latest first
//	GET    /_sandbox/journal      ?kind=&method=&path=&unexpected=true; DELETE empties it
//	GET    /_sandbox/deliveries   the deliveries with their attempts
//	GET    /_sandbox/counts       requests by operation
//	POST   /_sandbox/reset        back to the seed
package kit
