package bitbucket

import (
	"html"
	"regexp"
	"strings"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider/untrusted"
)

// people maps the lower-case keys that mentions use to the names of the users in a delivery.
type people map[string]string

// add adds a name under each key.
func (p people) add(name string, keys ...string) {
	for _, key := range keys {
		if name = untrusted.Line(name, maxName); key != "" && name != "" {
			p[strings.ToLower(key)] = name
		}
	}
}

var (
	// cloudMention is a mention in Cloud: an account ID, a UUID, or a name from before 2019.
	cloudMention = regexp.MustCompile(`@\{([^{}\r\n]{1,128})\}`)
	// cloudRendered is the same mention as HTML, which contains the name.
	cloudRendered = regexp.MustCompile(`<span[^>]*\bdata-atlassian-id="([^"]{1,128})"[^>]*>\s*@?([^<]{1,200})</span>`)
	// accountID is a user in a current mention of Cloud.
	accountID = regexp.MustCompile(`^(?:[0-9]+:[0-9A-Za-z:-]+|[0-9a-f]{24}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$`)
	// dcMention is a mention in Data Center: a user name, quoted if it has characters other than letters and digits.
	dcMention = regexp.MustCompile(`(^|[^\w@])@(?:"([^"\r\n]{1,255})"|([\w.-]{1,255}))`)
)

// unknownMention represents a mention of a user whose name isn't known; see excerpt.
const unknownMention = "@{}"

// people returns the users in a delivery of Cloud.
func (b cloudBody) people() people {
	all := people{}
	users := append([]cloudUser{
		b.Actor, b.Comment.User, b.Pull.Author, b.Pull.ClosedBy, b.Commit.Author.User, b.Approval.User, b.Changes.User,
	}, b.Pull.Reviewers...)
	for _, participant := range b.Pull.Participants {
		users = append(users, participant.User)
	}
	for _, u := range users {
		all.add(u.person().Name, u.AccountID, u.UUID, strings.Trim(u.UUID, "{}"))
	}
	return all
}

// cloudText returns the text with names instead of mentions.
func cloudText(raw, rendered string, known people) string {
	for _, m := range cloudRendered.FindAllStringSubmatch(rendered, -1) {
		known.add(html.UnescapeString(m[2]), html.UnescapeString(m[1]))
	}
	return cloudMention.ReplaceAllStringFunc(raw, func(mention string) string {
		id := cloudMention.FindStringSubmatch(mention)[1]
		if name := known[strings.ToLower(id)]; name != "" {
			return "@" + name
		}
		if accountID.MatchString(strings.ToLower(id)) {
			return unknownMention
		}
		return "@" + id
	})
}

// people returns the users in a delivery of Data Center.
func (b dcBody) people() people {
	all := people{}
	users := []dcUser{b.Actor, b.Comment.Author, b.Pull.Author.User, b.Participant.User}
	for _, r := range append(b.Pull.Reviewers, b.Pull.Participants...) {
		users = append(users, r.User)
	}
	for _, u := range users {
		all.add(u.person().Name, u.Name, u.Slug)
	}
	return all
}

// dcText returns the text with names instead of mentions. A word after "@" is a mention only if a user has that name.
func dcText(raw string, known people) string {
	return dcMention.ReplaceAllStringFunc(raw, func(mention string) string {
		m := dcMention.FindStringSubmatch(mention)
		before, quoted, word := m[1], m[2], m[3]
		if quoted != "" {
			return before + "@" + firstNonBlank(known[strings.ToLower(quoted)], quoted)
		}
		bare := strings.TrimRight(word, ".-")
		name := known[strings.ToLower(bare)]
		if name == "" {
			return mention
		}
		return before + "@" + name + word[len(bare):]
	})
}

// excerpt returns the excerpt of a comment as a message, with a word for users whose names aren't known.
func excerpt(text string) chat.Message {
	whole := chat.Message{}
	for i, part := range strings.Split(text, unknownMention) {
		words := chat.VerbatimText(plainPart(part))
		if i == 0 {
			whole = words
			continue
		}
		whole = chat.Say("bitbucket.comment.mention").WithMessage("Before", whole).WithMessage("After", words)
	}
	return whole
}

// plainPart returns a part of a longer text, with a space where it begins or ends with one.
func plainPart(part string) chat.Text {
	text := chat.Plain(part)
	if strings.HasPrefix(part, " ") {
		text = append(chat.Words(" "), text...)
	}
	if strings.HasSuffix(part, " ") && len(text) > 0 && strings.TrimSpace(part) != "" {
		text = append(text, chat.Words(" ")...)
	}
	return text
}
