package bridge

import "time"

// OverviewQuery selects a page of all connections.
type OverviewQuery struct {
	// Text is what the provider, the name or the site contains, whatever its case; "" for all.
	Text string
	// Failing selects those with failures in FailureWindow.
	Failing bool
	// Skip is how many come before the page, Most how many it has.
	Skip, Most int
}

// FailureWindow is how far the overview looks back for failures.
const FailureWindow = 24 * time.Hour

// Overview is a page of all connections, by provider and name.
type Overview struct {
	// All is how many connections the query selects.
	All         int
	Connections []OverviewLine
}

// OverviewLine is a connection with how its deliveries went.
type OverviewLine struct {
	Connection
	// Last is when a delivery arrived last, Result what became of it; zero for never.
	Last   time.Time
	Result Result
	// Failures are how many failed in FailureWindow; see Failures.
	Failures int
}
