package conversation

import (
	"maps"

	"github.com/pkg/errors"

	"mattermost-plugin-zoom/server/chat"
	"mattermost-plugin-zoom/server/provider"
)

// Merged returns the values of both, the later ones where both have one.
func Merged(earlier, later map[string]string) map[string]string {
	all := make(map[string]string, len(earlier)+len(later))
	maps.Copy(all, earlier)
	maps.Copy(all, later)
	return all
}

// FieldErrors returns the error as one of a field, where it names one.
func FieldErrors(err error) (chat.FormErrors, error) {
	var slip *provider.FieldError
	if errors.As(err, &slip) {
		return chat.FormErrors{slip.Field: slip.Message}, nil
	}
	return nil, err
}
