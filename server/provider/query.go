package provider

// QueryHandler is a provider that sends queries while users configure it there, to addresses below the hook.
type QueryHandler interface {
	// HandleQuery returns the response to a verified delivery. Query is the part of the address after the hook. Channels are the
	// subscribed channels that the provider may be told about. Faults: HookUnknown for an unknown query; InvalidInput.
	HandleQuery(query string, d Delivery, channels []QueryOption) ([]byte, error)
}

// QueryOption is one option to choose from in the provider.
type QueryOption struct {
	Value string `json:"value"`
	Label string `json:"label"`
}
