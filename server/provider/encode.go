package provider

import "encoding/json"

// Encode returns v as JSON, or nil if that isn't possible. Providers encode the data of events and tasks with it, whose types they control;
// Fold and RunTask report data that is missing.
func Encode(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return data
}
