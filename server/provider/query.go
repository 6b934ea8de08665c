package provider

// QueryHandler is a provider whose tool asks something of us while people set it up there, at addresses below that of the hook.
type QueryHandler interface {
	// HandleQuery returns what to answer to the delivery, which is verified. Question is what follows the hook in the address; channels are
	// those that follow the connection and may be told of. Faults: HookUnknown for what is no question; InvalidInput.
	HandleQuery(question string, d Delivery, channels []QueryOption) ([]byte, error)
}

// QueryOption is one of several to choose from at the tool.
type QueryOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}
