package bridge

func (s *Service) configurePresses() map[string]pressed { return nil }
func (s *Service) configureForms() map[string]answered  { return nil }
