package stack

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// handedOver finds what a direct message hands over, each in a block of its own.
var handedOver = regexp.MustCompile("(?s)\\*\\*(Webhook URL|Token)\\*\\*\n```\n(\\S+)\n```")

// Hook is what the bot sends a user who connects a channel.
type Hook struct {
	// URL is where deliveries go, and Token what they prove themselves with.
	URL, Token string
}

// HookOf reads the hook in a direct message of the bot.
func HookOf(post *model.Post) (Hook, error) {
	var h Hook
	for _, match := range handedOver.FindAllStringSubmatch(post.Message, -1) {
		if match[1] == "Token" {
			h.Token = match[2]
			continue
		}
		h.URL = match[2]
	}
	if h.URL == "" || h.Token == "" {
		return h, errors.New("the message hands over no URL and token")
	}
	return h, nil
}

// ConnectJenkins has a person connect a channel to a Jenkins, as a connection with
// this name, and returns what the bot hands over.
func (p *Person) ConnectJenkins(ctx context.Context, ear *Ear, channelID, name string) (Hook, error) {
	from := ear.Count()
	if err := p.Type(ctx, channelID, strings.TrimSpace("/jenkins connect "+name)); err != nil {
		return Hook{}, err
	}
	if _, err := ear.Ephemeral(ctx, from, "is ready"); err != nil {
		return Hook{}, err
	}
	return p.Handed(ctx)
}

// Handed returns the URL and token in the bot's latest direct message.
func (p *Person) Handed(ctx context.Context) (Hook, error) {
	conversation, err := p.WithBot(ctx)
	if err != nil {
		return Hook{}, err
	}
	var hook Hook
	err = Eventually(ctx, 20*time.Second, func() error {
		posts, err := p.Posts(ctx, conversation.Id)
		if err != nil {
			return err
		}
		for _, post := range slices.Backward(posts) {
			if hook, err = HookOf(post); err == nil {
				return nil
			}
		}
		return errors.New("the bot has handed over nothing")
	})
	return hook, err
}

// Key is the secret part of the URL.
func (h Hook) Key() string { return h.URL[strings.LastIndexByte(h.URL, '.')+1:] }

// WithSecret is the hook in one piece, for senders that have no field for a token.
func (h Hook) WithSecret() Hook { return Hook{URL: h.URL + "/" + h.Token, Token: h.Token} }

// Plain are the headers of a delivery without any proof.
func (h Hook) Plain() http.Header { return http.Header{"Content-Type": {"application/json"}} }

// Raw are the headers of Jenkins' plugin "Zoom": the token without a scheme.
func (h Hook) Raw() http.Header {
	header := h.Plain()
	header.Set("Authorization", h.Token)
	return header
}

// Signed are the headers of a signed delivery.
func (h Hook) Signed(body []byte) http.Header {
	mac := hmac.New(sha256.New, []byte(h.Token))
	mac.Write(body)
	header := h.Plain()
	header.Set("X-Mattermost-Jenkins-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	return header
}

// crowd keeps as many connections as the load tests have senders.
var crowd = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// Post posts a body to an address, which may be one of the hook's on another
// server, and returns the status and the answer.
func Post(ctx context.Context, address string, header http.Header, body []byte) (int, string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return 0, "", errors.Wrap(err, "make a request")
	}
	request.Header = header
	response, err := crowd.Do(request)
	if err != nil {
		return 0, "", errors.Wrap(err, "post")
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	return response.StatusCode, string(answer), errors.Wrap(err, "read the answer")
}

// Send delivers a body to the hook on one of the servers.
func (h Hook) Send(ctx context.Context, v *Server, header http.Header, body []byte) (int, string, error) {
	_, path, found := strings.Cut(h.URL, "/plugins/")
	if !found {
		return 0, "", errors.New("the hook's URL leads to no plugin")
	}
	return Post(ctx, v.URL+"/plugins/"+path, header, body)
}
