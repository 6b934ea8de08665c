package console

import "mattermost-plugin-zoom/server/command"

// What the stories of the whole bridge look at beside what is exported.
const (
	SubjectField = subjectField
)

// Tree returns what can be typed about a provider.
func (s *Service) Tree(id, word string) *command.Command { return s.tree(id, word) }
