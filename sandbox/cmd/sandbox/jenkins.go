package main

import (
	"mattermost-plugin-zoom/sandbox/jenkins"
	"mattermost-plugin-zoom/sandbox/kit"
)

// addJenkins adds a Jenkins without jobs.
func (s *stage) addJenkins(set settings) {
	s.mount("jenkins", jenkins.New(jenkins.Options{Options: kit.Options{BaseURL: set.baseURL + "/jenkins"}}))
}
