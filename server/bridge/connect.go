package bridge

func (s *Service) connectPresses() map[string]pressed { return nil }
func (s *Service) connectForms() map[string]answered  { return nil }
func (s *Service) connectResumes() map[string]resumed { return nil }
