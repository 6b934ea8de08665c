// Package zoom is a faithful stand-in for Zoom: the OAuth pages and grants, the
// users and meetings API, the meeting room a link opens, Team Chat with its chatbots
// (package teamchat), and the sender of event notifications, with an injected clock,
// fault rules and a journal.
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
//	POST   /_sandbox/manifests                    {"manifest","client_id","validate"}: the app that a manifest describes
//	POST   /_sandbox/users                        a User; answers with its ID and PMI
//	GET    /_sandbox/meetings
//	POST   /_sandbox/meetings/{id}/start          join {"name","email"}, leave {"name"}, end; id may be a PMI
//	POST   /_sandbox/grants/revoke                {"email","client_id"}, without telling the app
//	POST   /_sandbox/grants/expire                {"client_id"}: its access tokens expire now
//	POST   /_sandbox/install                      {"email","client_id"}: adds an app that has a bot, sends bot_installed
//	POST   /_sandbox/deauthorize                  {"email","client_id"}, sends app_deauthorized
//	POST   /_sandbox/policy                       a Policy; empty fields stay as they are
//	POST   /_sandbox/events                       {"client_id","event","payload"} or "body": any notification
//	POST   /_sandbox/events/retry                 sends what is due
//	POST   /_sandbox/chat/...                     what users do in Team Chat: see package teamchat
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
//
// And in Team Chat:
//
//   - Whether a message whose content no client shows as a whole is refused: here with
//     400/7001, and /_sandbox/chat/problems says why (Policy.ChatContent).
//   - Whether chatbots have limits per channel, as users do (Policy.ChatLimits).
//   - Whether visible_to_user is an ID or a JID (Policy.VisibleTo), and how a
//     user-managed app is refused that tries it: here with 403/7004.
//   - Whether the message of team_chat.app_mention contains the bot's name
//     (Policy.MentionText).
//   - What chat_message.submit looks like beyond what Zoom's sample for ERP systems
//     reads (payload.object with to_jid and submit_items): here it is like the other
//     events with snake case, with operator_id as the user, and each entry of
//     submit_items is named by its kind of element.
//   - What a callback_url answers: here what sending a message does.
//   - How a reply_to that is no message of the conversation is refused: here with
//     400/7001.
//   - What becomes of the replies to a message that is deleted: here they go with it.
//   - Whether account_id can be left out: here where only one account has the app.
//   - How long a link can be unfurled: here for 30 minutes, more than once.
//   - Whether a text or a field that a user edits changes for others: here not before
//     the bot edits the message.
//   - Who sees a slash command in a channel: here only its author.
//   - Whether a bot can edit a card that a user composed with its page: here not, but it
//     is told what users do with it.
//   - Whether the page of a card's button gets X-Zoom-App-Context, and in which alphabet
//     of base64: here it does, as home pages do, in that for URLs.
//   - Which of a manifest's addresses count, those for development or for production:
//     here the former where there are both. An app's ID is its client ID here.
//   - Whether the endpoint of a bot is told of app_deauthorized when the app has another
//     one for notifications: here both are.
package zoom
