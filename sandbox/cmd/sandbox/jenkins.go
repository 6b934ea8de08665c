package main

import "mattermost-plugin-zoom/sandbox/jenkins"

// addJenkins adds a Jenkins without jobs.
func (s *stage) addJenkins(set settings) {
	s.mount("jenkins", jenkins.New(jenkins.Options{BaseURL: set.baseURL + "/jenkins"}))
}
