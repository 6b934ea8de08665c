package sentry

// lacks are the fields of an issue that a delivery or an answer leaves out. Older versions of Sentry don't know all of them, and what
// is missing isn't null: whatever is known of such a field stays.
type lacks uint16

const (
	lackTitle lacks = 1 << iota
	lackCulprit
	lackLevel
	lackCategory
	lackStatus
	lackSubstatus
	lackPriority
	lackAssignee
	lackSeen
	lackSaid
)

// lacking returns the fields by their names at Sentry.
func lacking() map[string]lacks {
	return map[string]lacks{
		"title": lackTitle, "culprit": lackCulprit, "level": lackLevel, "issueCategory": lackCategory, "status": lackStatus,
		"substatus": lackSubstatus, "priority": lackPriority, "assignedTo": lackAssignee, "lastSeen": lackSeen, "metadata": lackSaid,
	}
}

// over returns the snapshot with what it lacks taken from an older one that has it. A substatus belongs to its status.
func (s snapshot) over(older snapshot) snapshot {
	take := func(field lacks) bool {
		if s.Lacks&field == 0 || older.Lacks&field != 0 {
			return false
		}
		s.Lacks &^= field
		return true
	}
	if take(lackTitle) {
		s.Title = older.Title
	}
	if take(lackCulprit) {
		s.Culprit = older.Culprit
	}
	if take(lackLevel) {
		s.Level = older.Level
	}
	if take(lackCategory) {
		s.Category = older.Category
	}
	if take(lackStatus) {
		s.Status, s.Release, s.Next = older.Status, older.Release, older.Next
	}
	if s.Status == older.Status && take(lackSubstatus) {
		s.Substatus = older.Substatus
	}
	if take(lackPriority) {
		s.Priority = older.Priority
	}
	if take(lackAssignee) {
		s.Assignee = older.Assignee
	}
	if take(lackSeen) {
		s.Seen = older.Seen
	}
	if take(lackSaid) {
		s.Said = older.Said
	}
	return s
}
