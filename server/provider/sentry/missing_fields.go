package sentry

// fieldSet are the fields of an issue that a delivery or an answer leaves out. Older versions of Sentry don't know all of them, and what
// is missing isn't null: whatever is known of such a field stays.
type fieldSet uint16

const (
	missingTitle fieldSet = 1 << iota
	missingCulprit
	missingLevel
	missingCategory
	missingStatus
	missingSubstatus
	missingPriority
	missingAssignee
	missingSeen
	missingSaid
)

// fieldsByName returns the fields by their names at Sentry.
func fieldsByName() map[string]fieldSet {
	return map[string]fieldSet{
		"title": missingTitle, "culprit": missingCulprit, "level": missingLevel, "issueCategory": missingCategory, "status": missingStatus,
		"substatus": missingSubstatus, "priority": missingPriority, "assignedTo": missingAssignee, "lastSeen": missingSeen, "metadata": missingSaid,
	}
}

// fillFrom returns the snapshot with what it lacks taken from an older one that has it. A substatus belongs to its status.
func (s snapshot) fillFrom(older snapshot) snapshot {
	take := func(field fieldSet) bool {
		if s.Missing&field == 0 || older.Missing&field != 0 {
			return false
		}
		s.Missing &^= field
		return true
	}
	if take(missingTitle) {
		s.Title = older.Title
	}
	if take(missingCulprit) {
		s.Culprit = older.Culprit
	}
	if take(missingLevel) {
		s.Level = older.Level
	}
	if take(missingCategory) {
		s.Category = older.Category
	}
	if take(missingStatus) {
		s.Status, s.Release, s.Next = older.Status, older.Release, older.Next
	}
	if s.Status == older.Status && take(missingSubstatus) {
		s.Substatus = older.Substatus
	}
	if take(missingPriority) {
		s.Priority = older.Priority
	}
	if take(missingAssignee) {
		s.Assignee = older.Assignee
	}
	if take(missingSeen) {
		s.Seen = older.Seen
	}
	if take(missingSaid) {
		s.Said = older.Said
	}
	return s
}
