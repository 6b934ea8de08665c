package sentry

import "slices"

// fieldSet is a set of optional fields, with one bit for each position in optionalFields. It is stored.
type fieldSet uint16

// The optional fields that other code asks for.
const (
	jsonLevel    = "level"
	jsonStatus   = "status"
	jsonAssignee = "assignedTo"
)

// optionalField is a field of an issue that a delivery or response may leave out. Older versions of Sentry don't know all of them, and a
// missing field isn't null: what is known of it stays.
type optionalField struct {
	// name is the field's name in Sentry's JSON.
	name string
	// copy takes the field over from an older snapshot.
	copy func(to *snapshot, from snapshot)
}

// optionalFields returns the fields. New ones go to the end, because sets of them are stored.
func optionalFields() []optionalField {
	return []optionalField{
		{"title", func(to *snapshot, from snapshot) { to.Title = from.Title }},
		{"culprit", func(to *snapshot, from snapshot) { to.Culprit = from.Culprit }},
		{jsonLevel, func(to *snapshot, from snapshot) { to.Level = from.Level }},
		{"issueCategory", func(to *snapshot, from snapshot) { to.Category = from.Category }},
		{jsonStatus, func(to *snapshot, from snapshot) {
			to.Status, to.Release, to.Next = from.Status, from.Release, from.Next
		}},
		{jsonSubstatus, func(to *snapshot, from snapshot) { to.Substatus = from.Substatus }},
		{"priority", func(to *snapshot, from snapshot) { to.Priority = from.Priority }},
		{jsonAssignee, func(to *snapshot, from snapshot) { to.Assignee = from.Assignee }},
		{"lastSeen", func(to *snapshot, from snapshot) { to.Seen = from.Seen }},
		{"metadata", func(to *snapshot, from snapshot) { to.OwnText = from.OwnText }},
	}
}

// jsonSubstatus belongs to the status.
const jsonSubstatus = "substatus"

// field returns the set of the one field with this name in Sentry's JSON.
func field(name string) fieldSet {
	return 1 << slices.IndexFunc(optionalFields(), func(f optionalField) bool { return f.name == name })
}

// has reports whether the field with this name is in the set.
func (s fieldSet) has(name string) bool { return s&field(name) != 0 }

// fillFrom returns the snapshot with what it leaves out taken from an older one. A substatus is taken only if the status is the same.
func (s snapshot) fillFrom(older snapshot) snapshot {
	for i, f := range optionalFields() {
		bit := fieldSet(1) << i
		if s.Missing&bit == 0 || older.Missing&bit != 0 || f.name == jsonSubstatus && s.Status != older.Status {
			continue
		}
		f.copy(&s, older)
		s.Missing &^= bit
	}
	return s
}
