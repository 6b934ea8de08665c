// Package teamchat is the Team Chat half of the simulated Zoom: channels and direct
// messages, chatbots and what they may send, the events that tell them what users do, the
// pages of apps inside of the client, and the client itself as a web page.
//
// It knows nothing of tokens, limits of accounts, deliveries and their signatures: those
// are package zoom's, as they are for meetings. What it needs of them is [Zoom].
//
// # Control API
//
// What a user does in the client can be done by other programs. "as" is the user's email
// address; "in" is a conversation, by the name of a channel, an app or its command, or
// by another user's email address. Each call waits until the bot has been told.
//
//	POST   /_sandbox/chat/channels         {"name","members","public","id"}: the members' email addresses, the owner's first
//	POST   /_sandbox/chat/join             {"channel","email"}; leave
//	POST   /_sandbox/chat/send             {"as","in","text","reply_to","card"}: a message or a slash command
//	POST   /_sandbox/chat/click            {"as","message","element","values"}: a button, by value or text; a form's values by action_id
//	POST   /_sandbox/chat/select           {"as","message","element","value"}: an option
//	POST   /_sandbox/chat/edit-text        {"as","message","element","value"}; edit-field takes the key as element
//	POST   /_sandbox/chat/erase            {"as","message"}: deletes a message with its replies
//	POST   /_sandbox/chat/shortcut         {"as","app","shortcut","in","text"} or "message": answers with the webview
//	POST   /_sandbox/chat/webviews/{id}    {"api","data"}: a call of the Zoom Apps SDK; DELETE closes it
//	GET    /_sandbox/chat/view             ?as=&in=&since=: what the client shows; with since, once that changes
//	GET    /_sandbox/chat/people
//	GET    /_sandbox/chat/problems         what apps did that Zoom's client would not show
//
// The client is the page /chat/; its address takes "as" and "in", too. A page of an app in it
// has the host of its webview, below webview.localhost, and gets the header
// X-Zoom-App-Context; it can use @zoom/appssdk.
package teamchat
