package bridge

func (s *Service) actionPresses() map[string]pressed { return nil }
func (s *Service) actionForms() map[string]answered  { return nil }
func (s *Service) actionResumes() map[string]resumed { return nil }
