package provider

import "io"

// BodyFilter is a provider whose deliveries may hold long text that nothing reads, such as the log of a build.
type BodyFilter interface {
	// FilterBody returns the body without that text; what a signature covers stays as it is. Headers are those of Descriptor.Headers. The delivery
	// has proved nothing yet. Fault of reading: TooLarge.
	FilterBody(headers map[string]string, body io.Reader) io.Reader
}
