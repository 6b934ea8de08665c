package main

import (
	"net/http"
	"slices"
	"sync"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

// meddler sits between one server's plugin and Mattermost, to make calls fail only there.
type meddler struct {
	plugin.API

	// publish sends an event to the other servers of the cluster, if there are any.
	publish func(event model.PluginClusterEvent)

	mu     sync.Mutex
	before func(call string) *model.AppError
}

func (m *meddler) PublishPluginClusterEvent(event model.PluginClusterEvent, options model.PluginClusterEventSendOptions) error {
	if m.publish != nil {
		m.publish(event)
	}
	return m.API.PublishPluginClusterEvent(event, options)
}

// refuse is what a call answers that was made to fail.
func refuse() *model.AppError {
	return model.NewAppError("story", "story.refused", nil, "", http.StatusInternalServerError)
}

// meddle has the function called before each call that can be made to fail; nil ends it.
func (p *Plugin) meddle(before func(call string) *model.AppError) {
	m, _ := p.API.(*meddler)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.before = before
}

// breaks makes these calls fail, by the names of the API.
func (p *Plugin) breaks(calls ...string) {
	p.meddle(func(call string) *model.AppError {
		if slices.Contains(calls, call) {
			return refuse()
		}
		return nil
	})
}

// dies makes the server fall silent in the moment when it makes this call: as after kill -9, whatever it was doing ends there. It returns
// a channel that is closed in that moment.
func (w *world) dies(p *Plugin, in string) <-chan struct{} {
	dead, over := make(chan struct{}), make(chan struct{})
	w.t.Cleanup(func() { close(over) })
	var once sync.Once
	p.meddle(func(call string) *model.AppError {
		if call == in {
			once.Do(func() { close(dead) })
		}
		select {
		case <-dead:
			<-over
			return refuse()
		default:
			return nil
		}
	})
	return dead
}

func (m *meddler) ask(call string) *model.AppError {
	m.mu.Lock()
	before := m.before
	m.mu.Unlock()
	if before == nil {
		return nil
	}
	return before(call)
}

func (m *meddler) CreatePost(post *model.Post) (*model.Post, *model.AppError) {
	if refused := m.ask("CreatePost"); refused != nil {
		return nil, refused
	}
	return m.API.CreatePost(post)
}

func (m *meddler) UpdatePost(post *model.Post) (*model.Post, *model.AppError) {
	if refused := m.ask("UpdatePost"); refused != nil {
		return nil, refused
	}
	return m.API.UpdatePost(post)
}

func (m *meddler) GetPost(id string) (*model.Post, *model.AppError) {
	if refused := m.ask("GetPost"); refused != nil {
		return nil, refused
	}
	return m.API.GetPost(id)
}

func (m *meddler) GetUser(id string) (*model.User, *model.AppError) {
	if refused := m.ask("GetUser"); refused != nil {
		return nil, refused
	}
	return m.API.GetUser(id)
}

func (m *meddler) GetDirectChannel(one, other string) (*model.Channel, *model.AppError) {
	if refused := m.ask("GetDirectChannel"); refused != nil {
		return nil, refused
	}
	return m.API.GetDirectChannel(one, other)
}

func (m *meddler) SendEphemeralPost(userID string, post *model.Post) *model.Post {
	if m.ask("SendEphemeralPost") != nil {
		return nil
	}
	return m.API.SendEphemeralPost(userID, post)
}

func (m *meddler) UpdateEphemeralPost(userID string, post *model.Post) *model.Post {
	if m.ask("UpdateEphemeralPost") != nil {
		return nil
	}
	return m.API.UpdateEphemeralPost(userID, post)
}

func (m *meddler) SavePluginConfig(settings map[string]any) *model.AppError {
	if refused := m.ask("SavePluginConfig"); refused != nil {
		return refused
	}
	return m.API.SavePluginConfig(settings)
}

func (m *meddler) KVGet(key string) ([]byte, *model.AppError) {
	if refused := m.ask("KVGet"); refused != nil {
		return nil, refused
	}
	return m.API.KVGet(key)
}

func (m *meddler) KVSetWithOptions(key string, value []byte, options model.PluginKVSetOptions) (bool, *model.AppError) {
	if refused := m.ask("KVSetWithOptions"); refused != nil {
		return false, refused
	}
	return m.API.KVSetWithOptions(key, value, options)
}
