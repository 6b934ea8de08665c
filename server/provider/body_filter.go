package provider

import "io"

// BodyFilter is a provider whose deliveries may contain long text that nothing reads, such as the log of a build.
type BodyFilter interface {
	// FilterBody returns a reader of the body without that text. A signed body passes unchanged. Headers has the headers named in
	// Descriptor.Headers. The delivery isn't verified yet. Fault when reading: TooLarge.
	FilterBody(headers map[string]string, body io.Reader) io.Reader
}
