package main

import (
	"mattermost-plugin-zoom/sandbox/kit"
	"mattermost-plugin-zoom/sandbox/pagerduty"
)

// addPagerDuty adds a PagerDuty account without users.
func (s *stage) addPagerDuty(set settings) {
	s.add("pagerduty", pagerduty.New(pagerduty.Options{Options: kit.Options{RandomSeed: set.random, BaseURL: set.baseURL + "/pagerduty"}}))
}
