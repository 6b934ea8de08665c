package bitbucket

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// How much is taken over of what came from outside, in characters.
const (
	maxTitle   = 160
	maxName    = 80
	maxBranch  = 250
	maxAddress = 1000
	// maxExcerpt is how much of a comment is shown; it is kept nowhere.
	maxExcerpt = 300
	// maxListed is how many commits of a push are shown; Cloud tells of no more.
	maxListed = 5
)

// news is what one event says, the same for both products; see provider.Event.Data.
type news struct {
	Repo repo `json:"repo"`
	// By is who did it, At when.
	By person    `json:"by,omitzero"`
	At time.Time `json:"at,omitzero"`
	// Silent says that no deliveries tell of builds there, so that they have to be looked up.
	Silent bool `json:"silent,omitempty"`

	// Commit is what Status and Push are about, and Comment where there is no Pull.
	Commit  *commit   `json:"commit,omitempty"`
	Status  *status   `json:"status,omitempty"`
	Push    *push     `json:"push,omitempty"`
	Ref     *refNews  `json:"ref,omitempty"`
	Refs    *refsNews `json:"refs,omitempty"`
	Pull    *pull     `json:"pull,omitempty"`
	Comment *comment  `json:"comment,omitempty"`
	// Did is what happened to the pull request or comment.
	Did deed `json:"did,omitempty"`
}

// repo is where something happened.
type repo struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// commitURL returns the page of a commit, "" where that of the repository is not known.
func (r repo) commitURL(hash string) string {
	if r.URL == "" || hash == "" {
		return ""
	}
	return r.URL + "/commits/" + url.PathEscape(hash)
}

// pullURL returns the page of a pull request, "" where that of the repository is not known.
func (r repo) pullURL(id int64) string {
	if r.URL == "" || id <= 0 {
		return ""
	}
	return r.URL + "/pull-requests/" + itoa(id)
}

// person is somebody at Bitbucket.
type person struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// commit is one commit, by its first line.
type commit struct {
	Hash   string `json:"hash"`
	Title  string `json:"title,omitempty"`
	Author string `json:"author,omitempty"`
}

// push moved a branch to the commit.
type push struct {
	Branch string `json:"branch"`
	// From is where the branch was before; "" for a new one.
	From    string   `json:"from,omitempty"`
	Commits []commit `json:"commits,omitempty"`
	// More says that there were more commits than are listed.
	More   bool `json:"more,omitempty"`
	Forced bool `json:"forced,omitempty"`
	// Created says that the branch is new, so that the commits may be others' too.
	Created bool `json:"created,omitempty"`
}

// refNews is a branch or tag that was made, moved or deleted.
type refNews struct {
	Tag     bool   `json:"tag,omitempty"`
	Name    string `json:"name"`
	Hash    string `json:"hash,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
	// Moved says that a tag was there before.
	Moved bool `json:"moved,omitempty"`
}

// comment is one comment by its number, with its first lines on their way to the thread.
type comment struct {
	ID      int64  `json:"id"`
	Parent  int64  `json:"parent,omitempty"`
	Excerpt string `json:"excerpt,omitempty"`
	Path    string `json:"path,omitempty"`
	Line    int    `json:"line,omitempty"`
	URL     string `json:"url,omitempty"`
}

// deed is what somebody did.
type deed string

// The deeds.
const (
	didOpen    deed = "open"
	didUpdate  deed = "update"
	didApprove deed = "approve"
	didRetract deed = "retract" // took the approval, or the request for changes, back
	didReject  deed = "reject"  // asked for changes
	didMerge   deed = "merge"
	didDecline deed = "decline"
	didDelete  deed = "delete"
	didComment deed = "comment"
	didRefresh deed = "refresh" // nobody did anything: it was looked up
)

// verdict returns the verdict that the deed is, "" for none.
func (d deed) verdict() string {
	switch d {
	case didApprove:
		return verdictApproved
	case didReject:
		return verdictChanges
	}
	return ""
}

// ends returns the state that the deed leaves the pull request in, "" where it does not end it.
func (d deed) ends() string {
	switch d {
	case didMerge:
		return pullMerged
	case didDecline:
		return pullDeclined
	case didDelete:
		return pullDeleted
	}
	return ""
}

const (
	shortHash = 7
	// prefixHash is so much of a hash as Cloud's pull requests name commits by.
	prefixHash = 12
	maxSubject = 180
)

// short returns a hash as people write it.
func short(hash string) string { return hash[:min(len(hash), shortHash)] }

// commitSubject names a commit; Cloud's pull requests know it by the beginning of its hash alone.
func commitSubject(hash string) string { return "commit/" + hash[:min(len(hash), prefixHash)] }

// head returns the name under which a pull request is found by the commit that it ends with.
func head(hash string) string { return "head/" + hash[:min(len(hash), prefixHash)] }

// sameCommit reports whether two hashes, either of which may be cut, are of one commit.
func sameCommit(a, b string) bool {
	n := min(len(a), len(b))
	return n >= shortHash && a[:n] == b[:n]
}

// named returns a name of two parts that is not too long for a subject or series.
func named(kind, name string) string {
	if utf8.RuneCountInString(name) > maxSubject-len(kind) {
		sum := sha256.Sum256([]byte(name))
		name = hex.EncodeToString(sum[:])
	}
	return kind + "/" + name
}

// event returns the event with the news as its data.
func event(n news, e provider.Event) provider.Event {
	data, err := json.Marshal(n)
	if err != nil {
		data = nil // cannot be: news holds plain values only
	}
	e.Data = data
	return e
}

// labels returns those of an event; a blank one is none.
func labels(branch, build string) map[string]string {
	all := map[string]string{}
	if branch != "" {
		all[labelBranch] = branch
	}
	if build != "" {
		all[labelBuild] = build
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// identity puts the parts of an event's ID together.
func identity(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// clock writes a time for an identity.
func clock(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }

// cleaned returns a text on one line, of at most so many characters.
func cleaned(text string, most int) string {
	text = strings.ToValidUTF8(text, "\ufffd")
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) {
			return ' '
		}
		return c
	}, text)
	return chat.Truncate(strings.Join(strings.Fields(text), " "), most)
}

// firstLine returns the first line of a commit's message.
func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return cleaned(line, maxTitle)
}

// hostForm is what the host in an address may look like, with its port.
var hostForm = regexp.MustCompile(`^[A-Za-z0-9.\-_\[\]:]+$`)

// webAddress returns the address if a link may lead there, else "".
func webAddress(address string) string {
	if address == "" || len(address) > maxAddress || strings.ContainsFunc(address, func(c rune) bool { return c <= ' ' || c == 0x7f || unicode.IsSpace(c) }) {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || !hostForm.MatchString(u.Host) || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	return address
}

// hashOf returns the text if it can be the hash of a commit, else "".
func hashOf(text string) string {
	text = strings.ToLower(strings.TrimSpace(text))
	if len(text) < shortHash || len(text) > 64 || strings.Trim(text, "0123456789abcdef") != "" || strings.Trim(text, "0") == "" {
		return ""
	}
	return text
}
