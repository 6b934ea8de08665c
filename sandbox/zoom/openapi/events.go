package openapi

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/pkg/errors"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Events validates notifications.
type Events struct {
	schemas map[string]*jsonschema.Schema
}

// webhookDocument is the part of a document about notifications that matters.
type webhookDocument struct {
	Webhooks map[string]struct {
		Post struct {
			RequestBody struct {
				Content map[string]struct {
					Schema json.RawMessage `json:"schema"`
				} `json:"content"`
			} `json:"requestBody"`
		} `json:"post"`
	} `json:"webhooks"`
}

// LoadEvents reads the documents about notifications of meetings, of the
// Marketplace and of chatbots in dir. Only the named events are compiled; a name that no
// document has is an error.
func LoadEvents(dir string, names ...string) (*Events, error) {
	e := &Events{schemas: map[string]*jsonschema.Schema{}}
	for _, file := range []string{"Meetings.json", "Marketplace.json", "Chatbot.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, "webhooks", file))
		if err != nil {
			return nil, errors.Wrap(err, "read the notifications")
		}
		var doc webhookDocument
		if err := json.Unmarshal(raw, &doc); err != nil {
			return nil, errors.Wrapf(err, "decode %s", file)
		}
		for _, name := range names {
			schema := doc.Webhooks[name].Post.RequestBody.Content["application/json"].Schema
			if schema == nil {
				continue
			}
			if e.schemas[name], err = compile(name, schema); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range names {
		if e.schemas[name] == nil {
			return nil, errors.Errorf("no document describes %s", name)
		}
	}
	return e, nil
}

// compile compiles the JSON text of a schema.
func compile(name string, schema json.RawMessage) (*jsonschema.Schema, error) {
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, errors.Wrapf(err, "decode the schema of %s", name)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name+".json", decoded); err != nil {
		return nil, errors.Wrapf(err, "add the schema of %s", name)
	}
	s, err := c.Compile(name + ".json")
	return s, errors.Wrapf(err, "compile the schema of %s", name)
}

// Check returns how a notification differs from the document of its event.
func (e *Events) Check(body []byte) error {
	var envelope struct {
		Event string `json:"event"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil {
		return errors.Wrap(err, "decode the notification")
	}
	schema := e.schemas[envelope.Event]
	if schema == nil {
		return errors.Errorf("no schema of %q was loaded", envelope.Event)
	}
	decoded, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return errors.Wrap(err, "decode the notification")
	}
	return errors.Wrapf(schema.Validate(decoded), "%s", envelope.Event)
}
