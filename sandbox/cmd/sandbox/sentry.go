package main

import (
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/sentry"
)

// addSentry adds a Sentry without organizations.
func (s *stage) addSentry(set settings) {
	s.add("sentry", sentry.New(sentry.Options{Options: kit.Options{RandomSeed: set.random, BaseURL: set.baseURL + "/sentry"}}))
}
