package jenkins

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/fault"
	"mattermost-plugin-zoom/server/provider"
)

// terminalCode matches codes for colors and cursor movement in a log.
var terminalCode = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// logTail is how much of a log's end is fetched, in bytes.
const logTail = 64 << 10

// The fields of the credential form.
const (
	fieldURL   = "url"
	fieldUser  = "user"
	fieldToken = "token"
	fieldJobs  = "jobs"
)

// CredentialForm implements provider.TokenAuth.
func (Jenkins) CredentialForm() []chat.FormField {
	return []chat.FormField{
		{
			Name: fieldURL, Kind: chat.TextField, Label: chat.Say("jenkins.credential.url"), Help: chat.Say("jenkins.credential.url_help"),
			Placeholder: chat.Verbatim("https://jenkins.example.com"), MaxLength: 500,
		},
		{
			Name: fieldUser, Kind: chat.TextField, Label: chat.Say("jenkins.credential.user"), Help: chat.Say("jenkins.credential.user_help"),
			MaxLength: maxName,
		},
		{
			Name: fieldToken, Kind: chat.SecretField, Label: chat.Say("jenkins.credential.token"), Help: chat.Say("jenkins.credential.token_help"),
			MaxLength: maxName,
		},
		{
			Name: fieldJobs, Kind: chat.TextField, Label: chat.Say("jenkins.credential.jobs"), Help: chat.Say("jenkins.credential.jobs_help"),
			Placeholder: chat.Verbatim("web, team/**"), MaxLength: maxScope,
		},
	}
}

// ParseCredential implements provider.TokenAuth. Requests with an API token need no crumb:
// https://www.jenkins.io/doc/book/security/csrf-protection/.
func (Jenkins) ParseCredential(values map[string]string) (provider.Credential, error) {
	user, token := strings.TrimSpace(values[fieldUser]), strings.TrimSpace(values[fieldToken])
	switch {
	case parseBase(values[fieldURL]) == "":
		return provider.Credential{}, &provider.FieldError{Field: fieldURL, Message: chat.Say("jenkins.credential.url_bad")}
	case user == "" || strings.Contains(user, ":"):
		return provider.Credential{}, &provider.FieldError{Field: fieldUser, Message: chat.Say("jenkins.credential.user_missing")}
	case token == "":
		return provider.Credential{}, &provider.FieldError{Field: fieldToken, Message: chat.Say("jenkins.credential.token_missing")}
	}
	scope, err := parseScope(values[fieldJobs])
	return provider.Credential{Scheme: provider.Basic, User: user, Secret: token, Scope: scope}, err
}

// parseBase returns the address of a Jenkins in the form of location.Base, "" for an invalid one.
func parseBase(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || !isWeb(strings.ToLower(u.Scheme)) || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return ""
	}
	path := strings.Trim(u.EscapedPath(), "/")
	if strings.Contains("/"+path, "/.") {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(u.Scheme+"://"+u.Host)+"/"+path, "/")
}

// CheckCredential implements provider.TokenAuth.
func (Jenkins) CheckCredential(ctx context.Context, s provider.Session) error {
	var who struct {
		Anonymous *bool `json:"anonymous"`
	}
	if err := s.Call(ctx, http.MethodGet, parseBase(s.Site.URL)+"/whoAmI/api/json?tree=anonymous", nil, &who); err != nil {
		return err
	}
	switch {
	case who.Anonymous == nil: // JSON, but not from Jenkins
		return fault.New(fault.ProviderUnavailable).With("Provider", s.Provider)
	case *who.Anonymous: // a proxy removed the credential
		return fault.New(fault.AccountRejected).With("Provider", s.Provider)
	}
	return nil
}

// client calls the Jenkins of a connection's credential about one build.
type client struct {
	provider.Session
	build string // the addresses of the build and its job, without a slash at the end
	job   string
}

// newClient returns a client for the build. It reports false for a build on another Jenkins: a delivery must not choose where requests
// go, so the path is built from names, and the Jenkins has to be the one of the credential.
func newClient(s provider.Session, p location) (client, bool) {
	if !p.actionable() || p.Base != parseBase(s.Site.URL) {
		return client{}, false
	}
	return client{Session: s, build: p.Base + p.path(true), job: p.Base + p.path(false)}, true
}

// actionable reports whether the build can have actions: its address consists of a job and a number.
func (p location) actionable() bool {
	return p.Base != "" && p.Number > 0 && len(p.Path) > 0 && (p.Part == "" || configurationPattern.MatchString(p.Part))
}

// remoteBuild is what Jenkins itself says about a build.
type remoteBuild struct {
	Building  bool  `json:"building"`
	QueueID   int64 `json:"queueId"`
	Timestamp int64 `json:"timestamp"`
}

// lookUp asks Jenkins which build is at the address now, and whether it is running.
func (c client) lookUp(ctx context.Context) (remoteBuild, error) {
	var f remoteBuild
	err := c.Call(ctx, http.MethodGet, c.build+"/api/json?tree=building,queueId,timestamp", nil, &f)
	return f, err
}

// stop asks Jenkins to abort the build. The response redirects to the build's page, maybe on another host name of the Jenkins, which the
// session doesn't follow.
func (c client) stop(ctx context.Context) error {
	err := c.Call(ctx, http.MethodPost, c.build+"/stop", nil, &provider.RawResponse{})
	var refused *provider.StatusError
	if errors.As(err, &refused) && refused.Status/100 == 3 {
		return nil
	}
	return err
}

// parameters reports whether the job has parameters, and returns the values that the build had. Jenkins doesn't return secret ones.
func (c client) parameters(ctx context.Context) (bool, url.Values, error) {
	var job struct {
		Property []struct {
			ParameterDefinitions []struct{} `json:"parameterDefinitions"`
		} `json:"property"`
	}
	if err := c.Call(ctx, http.MethodGet, c.job+"/api/json?tree=property[parameterDefinitions[name]]", nil, &job); err != nil {
		return false, nil, err
	}
	takes := false
	for _, p := range job.Property {
		takes = takes || len(p.ParameterDefinitions) > 0
	}
	if !takes {
		return false, nil, nil
	}
	var build struct {
		Actions []struct {
			Parameters []struct {
				Name  string `json:"name"`
				Value any    `json:"value"`
			} `json:"parameters"`
		} `json:"actions"`
	}
	if err := c.Call(ctx, http.MethodGet, c.build+"/api/json?tree=actions[parameters[name,value]]", nil, &build); err != nil {
		return false, nil, err
	}
	values := url.Values{}
	for _, action := range build.Actions {
		for _, p := range action.Parameters {
			switch p.Value.(type) {
			case string, bool, float64:
				values.Set(p.Name, fmt.Sprint(p.Value))
			}
		}
	}
	return true, values, nil
}

// startBuild starts a new build of the job.
func (c client) startBuild(ctx context.Context, takes bool, values url.Values) error {
	address := c.job + "/build"
	if takes {
		address = c.job + "/buildWithParameters?" + values.Encode()
	}
	return c.Call(ctx, http.MethodPost, address, nil, &provider.RawResponse{})
}

// fetchLog returns the end of the build's log. It asks for the length first and then fetches only the end.
func (c client) fetchLog(ctx context.Context) (string, error) {
	address := c.build + "/logText/progressiveText?start="
	var head, answer provider.RawResponse
	if err := c.Call(ctx, http.MethodHead, address+"0", nil, &head); err != nil {
		return "", err
	}
	size, err := strconv.ParseInt(head.Header.Get("X-Text-Size"), 10, 64)
	if err != nil {
		return "", c.Fault(err, fault.ProviderUnavailable)
	}
	from := max(0, size-logTail)
	if err := c.Call(ctx, http.MethodGet, address+strconv.FormatInt(from, 10), nil, &answer); err != nil {
		return "", err
	}
	text := string(answer.Body)
	if from > 0 {
		_, text, _ = strings.Cut(text, "\n") // the first line is incomplete
	}
	return text, nil
}

// lastLines returns the last lines of a log as a code block, without colors and with a limited length.
func lastLines(log string) chat.Text {
	const most, width, length = 50, 200, 6000
	log = terminalCode.ReplaceAllString(log, "")
	lines := strings.Split(strings.TrimRight(strings.ReplaceAll(log, "\r\n", "\n"), "\n \t"), "\n")
	var kept []string
	for i, total := len(lines)-1, 0; i >= 0 && len(kept) < most; i-- {
		cut := chat.Truncate(stripControls(lines[i]), width)
		if total += len([]rune(cut)) + 1; total > length {
			break
		}
		kept = append([]string{cut}, kept...)
	}
	if strings.TrimSpace(strings.Join(kept, "")) == "" {
		return nil
	}
	return chat.CodeBlock(kept)
}
