package jenkins

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// routeREST says what Jenkins serves: https://www.jenkins.io/doc/book/using/remote-access-api/.
func (j *Jenkins) routeREST() {
	j.rest.HandleFunc("GET /whoAmI/api/json", j.serveWhoAmI)
	j.rest.HandleFunc("GET /api/json", j.known(j.serveJobs))
	j.rest.HandleFunc("GET /queue/item/{id}/api/json", j.known(j.serveQueueItem))
	j.rest.HandleFunc("/job/", j.known(j.serveJob))
}

// login returns who calls; false for a login that is wrong. Nobody is the zero User.
func (j *Jenkins) login(r *http.Request) (User, bool) {
	name, token, ok := r.BasicAuth()
	if !ok {
		return User{}, true
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, u := range j.users {
		if u.Name == name && u.Token == token && token != "" {
			return u, true
		}
	}
	return User{}, false
}

// known lets only those through who have logged in: anonymous may not even read.
func (j *Jenkins) known(serve func(http.ResponseWriter, *http.Request, User)) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		who, ok := j.login(r)
		switch {
		case !ok:
			page(rw, http.StatusUnauthorized, "Invalid password/token for user")
		case who.Name == "":
			page(rw, http.StatusForbidden, "Authentication required")
		default:
			serve(rw, r, who)
		}
	}
}

func (j *Jenkins) serveWhoAmI(rw http.ResponseWriter, r *http.Request) {
	who, ok := j.login(r)
	if !ok {
		page(rw, http.StatusUnauthorized, "Invalid password/token for user")
		return
	}
	name := who.Name
	if name == "" {
		name = "anonymous"
	}
	answer(rw, r, map[string]any{"_class": "hudson.security.WhoAmI", "name": name, "anonymous": who.Name == "", "authenticated": who.Name != ""})
}

func (j *Jenkins) serveJobs(rw http.ResponseWriter, r *http.Request, _ User) {
	base := j.BaseURL()
	j.mu.Lock()
	defer j.mu.Unlock()
	jobs := []map[string]string{}
	for _, job := range j.jobs {
		jobs = append(jobs, map[string]string{"_class": "hudson.model.FreeStyleProject", "name": job.path[len(job.path)-1], "url": base + "/" + job.url()})
	}
	answer(rw, r, map[string]any{"_class": "hudson.model.Hudson", "jobs": jobs})
}

func (j *Jenkins) serveQueueItem(rw http.ResponseWriter, r *http.Request, _ User) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	j.mu.Lock()
	b := j.queued[id]
	j.mu.Unlock()
	if err != nil || b == nil {
		page(rw, http.StatusNotFound, "Not Found")
		return
	}
	answer(rw, r, map[string]any{"_class": "hudson.model.Queue$LeftItem", "id": id, "executable": map[string]any{"number": b.Number, "url": b.URL()}})
}

// serveJob serves all below /job/: the path names folders and a job, then maybe a build, then what is asked of it.
func (j *Jenkins) serveJob(rw http.ResponseWriter, r *http.Request, who User) {
	segments := strings.Split(strings.Trim(r.URL.EscapedPath(), "/"), "/")
	var path []string
	for len(segments) >= 2 && segments[0] == "job" {
		name, err := url.PathUnescape(segments[1])
		if err != nil {
			break
		}
		path, segments = append(path, name), segments[2:]
	}
	job := j.find(path)
	if job == nil {
		page(rw, http.StatusNotFound, "Not Found")
		return
	}
	if len(segments) > 0 {
		if n, err := strconv.Atoi(segments[0]); err == nil {
			j.serveBuild(rw, r, who, job.build(n), strings.Join(segments[1:], "/"))
			return
		}
	}
	switch what := r.Method + " " + strings.Join(segments, "/"); what {
	case "GET api/json":
		answer(rw, r, job.asJSON())
	case "POST build", "POST buildWithParameters":
		j.serveStart(rw, r, who, job, what == "POST buildWithParameters")
	case "GET ":
		page(rw, http.StatusOK, job.fullDisplayName())
	default:
		page(rw, http.StatusNotFound, "Not Found")
	}
}

// serveStart puts a build into the queue, which is started when the answer is on its way.
func (j *Jenkins) serveStart(rw http.ResponseWriter, r *http.Request, who User, job *Job, with bool) {
	j.mu.Lock()
	takes := job.parameters
	j.mu.Unlock()
	switch {
	case !who.Build:
		page(rw, http.StatusForbidden, who.Name+" is missing the Job/Build permission")
		return
	case with != (len(takes) > 0):
		page(rw, http.StatusBadRequest, "Nothing is submitted")
		return
	}
	cause := Cause{Text: "Started by user " + who.Name}
	if with {
		cause.Parameters = map[string]string{}
		for _, name := range takes {
			cause.Parameters[name] = r.FormValue(name)
		}
	}
	queue := j.enter()
	rw.Header().Set("Location", fmt.Sprintf("%s/queue/item/%d/", j.BaseURL(), queue))
	rw.WriteHeader(http.StatusCreated)
	j.going.Go(func() { job.leave(queue, cause) })
}

// build returns the build with this number, nil for none.
func (job *Job) build(number int) *Build {
	job.j.mu.Lock()
	defer job.j.mu.Unlock()
	if number < 1 || number > len(job.builds) {
		return nil
	}
	return job.builds[number-1]
}

func (j *Jenkins) serveBuild(rw http.ResponseWriter, r *http.Request, who User, b *Build, what string) {
	if b == nil {
		page(rw, http.StatusNotFound, "Not Found")
		return
	}
	switch {
	case what == "stop" && r.Method == http.MethodPost:
		if !who.Cancel {
			page(rw, http.StatusForbidden, who.Name+" is missing the Job/Cancel permission")
			return
		}
		j.going.Go(func() { b.Finish(Aborted, Outcome{}) })
		http.Redirect(rw, r, b.URL(), http.StatusFound)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		page(rw, http.StatusNotFound, "Not Found")
	case what == "api/json":
		answer(rw, r, b.asJSON())
	case what == "logText/progressiveText":
		b.serveLog(rw, r)
	case what == "", what == "display/redirect":
		page(rw, http.StatusOK, b.job.fullDisplayName()+" #"+strconv.Itoa(b.Number))
	default:
		page(rw, http.StatusNotFound, "Not Found")
	}
}

// serveLog serves the log from an offset on; one beyond its end starts over.
func (b *Build) serveLog(rw http.ResponseWriter, r *http.Request) {
	b.job.j.mu.Lock()
	log, running := bytes.Clone(b.log), b.result == ""
	b.job.j.mu.Unlock()
	start, err := strconv.Atoi(r.URL.Query().Get("start"))
	if err != nil || start < 0 || start > len(log) {
		start = 0
	}
	rw.Header().Set("Content-Type", "text/plain;charset=utf-8")
	rw.Header().Set("X-Text-Size", strconv.Itoa(len(log)))
	if running {
		rw.Header().Set("X-More-Data", "true")
	}
	_, _ = rw.Write(log[start:])
}

// asJSON returns what the API exports of the job; see documented_test.go.
func (job *Job) asJSON() map[string]any {
	job.j.mu.Lock()
	defer job.j.mu.Unlock()
	property := []map[string]any{{"_class": "hudson.plugins.jira.JiraProjectProperty"}} // another plugin's, without fields
	if len(job.parameters) > 0 {
		var definitions []map[string]any
		for _, name := range job.parameters {
			definitions = append(definitions, map[string]any{
				"_class": "hudson.model.StringParameterDefinition", "name": name, "type": "StringParameterDefinition", "description": nil,
			})
		}
		property = append(property, map[string]any{"_class": "hudson.model.ParametersDefinitionProperty", "parameterDefinitions": definitions})
	}
	return map[string]any{
		"_class": "hudson.model.FreeStyleProject", "name": job.path[len(job.path)-1], "displayName": job.display(),
		"fullName": strings.Join(job.path, "/"), "fullDisplayName": job.fullDisplayName(), "url": job.j.BaseURL() + "/" + job.url(),
		"buildable": true, "property": property, "nextBuildNumber": len(job.builds) + 1,
	}
}

// asJSON returns what the API exports of the build.
func (b *Build) asJSON() map[string]any {
	b.job.j.mu.Lock()
	defer b.job.j.mu.Unlock()
	parameters := []map[string]string{}
	for name, value := range b.cause.Parameters {
		parameters = append(parameters, map[string]string{"_class": "hudson.model.StringParameterValue", "name": name, "value": value})
	}
	shown := map[string]any{
		"_class": "hudson.model.FreeStyleBuild", "number": b.Number, "id": strconv.Itoa(b.Number), "queueId": b.Queue,
		"displayName": fmt.Sprintf("#%d", b.Number), "fullDisplayName": fmt.Sprintf("%s #%d", b.job.fullDisplayName(), b.Number),
		"building": b.result == "", "inProgress": b.result == "", "result": nil, "timestamp": b.began.UnixMilli(), "duration": 0,
		"url":     fmt.Sprintf("%s/%s%d/", b.job.j.BaseURL(), b.job.url(), b.Number),
		"actions": []any{map[string]any{"_class": "hudson.model.ParametersAction", "parameters": parameters}, map[string]any{}},
	}
	if b.result != "" {
		shown["result"], shown["duration"] = b.result, b.ended.Sub(b.began).Milliseconds()
	}
	return shown
}

func page(rw http.ResponseWriter, status int, text string) {
	rw.Header().Set("Content-Type", "text/html;charset=utf-8")
	rw.WriteHeader(status)
	_, _ = fmt.Fprintf(rw, "<html><body>%s</body></html>\n", strings.NewReplacer("<", "&lt;", "&", "&amp;").Replace(text))
}
