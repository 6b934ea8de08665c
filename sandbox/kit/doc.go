// Package kit is what the sandboxes have in common: a clock that tests advance,
// identifiers, JSON answers, and the control API's way of answering.
//
// A sandbox is a stand-in for a vendor's product: zoom, jenkins, bitbucket,
// sentry, pagerduty. What the product does, and what it is asked and answers,
// is written there; nothing here knows a vendor. Nothing here is fit to protect
// anything, and nothing here imports the plugin.
package kit
