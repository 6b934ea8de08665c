// Package jenkins is a faithful stand-in for a Jenkins: jobs whose builds start and end, the two public plugins that tell of them (and a
// signed request such as a script sends), and the part of the REST API that rebuilds, aborts and reads logs; with an injected clock,
// fault rules and a journal.
//
// A [Jenkins] is one [net/http.Handler]. Below another path it is mounted with http.StripPrefix, and that path belongs into
// Options.BaseURL, which links begin with.
//
//	j := jenkins.New(jenkins.Options{BaseURL: server.URL})
//	web := j.Job("folder/web")
//	web.Sends(jenkins.ZoomPlugin{URL: hook, Token: token, Events: jenkins.AllEvents()})
//	b := web.Start(jenkins.Cause{Text: "Started by user Ada"})
//	b.Finish(jenkins.Failure, jenkins.Outcome{})
//
// What is sent is sent before the method returns.
//
// # Control API
//
// JSON over HTTP; misspelt fields are refused with 400, what does not exist with 404.
//
//	POST   /_sandbox/jobs             {"name","branch","pipeline","parameters":[],"zoom":[],"notification":[],"signed":[]}; senders replace those there were
//	POST   /_sandbox/start            {"job","cause","changes":[],"branch","commit"}; answers with the number
//	POST   /_sandbox/finish           {"job","number","result","seconds","tests":{}}
//	POST   /_sandbox/say              {"job","number","message"}: zoomSend; with "phase" notifyEndpoints, which fails with a phase that there isn't
//	POST   /_sandbox/log              {"job","number","text"}
//	POST   /_sandbox/test-connection  {"job"}; answers with what the admin reads
//	POST   /_sandbox/users            a User
//	POST   /_sandbox/settle           waits for what the REST API set going
//
// # What isn't as in Jenkins
//
// The status that "build" is answered with for a job with parameters, and "buildWithParameters" for one without, isn't documented: here 400.
// A step's notes go with the later phases of its build only; in Jenkins also with those of later builds, until it restarts. The time of QUEUED
// is that of STARTED, as nothing waits here. Every job and build answers as those of a freestyle job. Matrix jobs have no configurations.
package jenkins
