// Package jenkins is a faithful stand-in for Jenkins: jobs whose builds start and end, the two public plugins that report them (and a
// signed request as a script sends it), and the part of the REST API that rebuilds, aborts and reads logs; with an injected clock,
// fault rules and a journal.
//
// A [Jenkins] is one [net/http.Handler]. Mount it below another path with http.StripPrefix, and include that path in
// Options.BaseURL, which links begin with.
//
//	j := jenkins.New(jenkins.Options{BaseURL: server.URL})
//	web := j.Job("folder/web")
//	web.Sends(jenkins.ZoomPlugin{URL: hook, Token: token, Events: jenkins.AllEvents()})
//	b := web.Start(jenkins.Cause{Text: "Started by user Ada"})
//	b.Finish(jenkins.Failure, jenkins.Outcome{})
//
// Deliveries are sent before the method returns.
//
// # Control API
//
// Besides what package kit serves for every sandbox:
//
//	POST   /_sandbox/jobs             {"name","branch","pipeline","parameters":[],"zoom":[],"notification":[],"signed":[]}; senders replace the earlier ones
//	POST   /_sandbox/start            {"job","cause","changes":[],"branch","commit"}; answers with the number
//	POST   /_sandbox/finish           {"job","number","result","seconds","tests":{}}
//	POST   /_sandbox/say              {"job","number","message"}: zoomSend; with "phase" notifyEndpoints, which fails for an unknown phase
//	POST   /_sandbox/log              {"job","number","text"}
//	POST   /_sandbox/test-connection  {"job"}; answers with the text that the admin reads
//	POST   /_sandbox/users            a User
//	POST   /_sandbox/settle           waits for what the REST API started
//
// # Differences from Jenkins
//
// The status of "build" for a job with parameters, and of "buildWithParameters" for a job without, isn't documented: here 400.
// A step's notes are sent with the later phases of its build only; Jenkins also sends them with later builds, until it restarts. The time of QUEUED
// is that of STARTED, as nothing waits here. Every job and build looks like that of a freestyle project. Matrix jobs have no configurations.
package jenkins
