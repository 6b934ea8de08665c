package bitbucket

import (
	"github.com/pkg/errors"

	"mattermost-plugin-zoom/sandbox/kit"
)

// Repository is a handle on a repository, for what users and builds do there.
type Repository struct {
	s  *Sandbox
	id int
}

// AddRepo creates a repository.
func (s *Sandbox) AddRepo(r Repo) (*Repository, error) {
	made := &Repository{s: s}
	return made, s.Control(func(w *world) error {
		added, err := w.addRepo(r)
		if err == nil {
			made.id = added.id
		}
		return err
	})
}

// Repository finds a repository.
func (s *Sandbox) Repository(workspace, slug string) (*Repository, error) {
	found := &Repository{s: s}
	return found, s.Control(func(w *world) error {
		r := w.repo(workspace, slug)
		if r == nil {
			return errors.Wrapf(kit.ErrNotFound, "repository %s/%s", workspace, slug)
		}
		found.id = r.id
		return nil
	})
}

// do runs f on the repository.
func (h *Repository) do(f func(*world, *repo) error) error {
	return h.s.Control(func(w *world) error {
		r := w.repoByID(h.id)
		if r == nil {
			return errors.Wrap(kit.ErrNotFound, "the repository")
		}
		return f(w, r)
	})
}

// Push has a user push commits, and returns the hash that the branch or tag has then.
func (h *Repository) Push(p Push) (hash string, err error) {
	err = h.do(func(w *world, r *repo) error {
		changes, err := w.push(r, p)
		if err == nil {
			hash = changes[0].to
		}
		return err
	})
	return hash, err
}

// Head is the hash of a branch, "" for one that is not there.
func (h *Repository) Head(branch string) (hash string) {
	_ = h.do(func(_ *world, r *repo) error { hash = r.branches[branch]; return nil })
	return hash
}

// Status sets a build's status of a commit.
func (h *Repository) Status(st Status) error {
	return h.do(func(w *world, r *repo) error {
		_, err := w.setStatus(r, st)
		return err
	})
}

// SetRight gives a user a right in the repository, or removes it with "".
func (h *Repository) SetRight(nickname, right string) error {
	return h.do(func(w *world, r *repo) error { return w.setRight(r, nickname, right) })
}

// SetPrivate hides the repository, or publishes it. Cloud sends an event.
func (h *Repository) SetPrivate(private bool) error {
	return h.do(func(w *world, r *repo) error {
		r.Private = private
		if w.kind == Cloud {
			w.notify(r, "repo:updated", w.firstAdmin(r), object{"changes": object{"is_private": object{"old": !private, "new": private}}})
		}
		return nil
	})
}

// AccessToken creates an access token of the repository, which acts as a bot
// with that right.
func (h *Repository) AccessToken(right string) (token string, err error) {
	err = h.do(func(w *world, r *repo) error {
		token = w.ids.Secret("repo")
		bot, err := w.addUser(User{Nickname: "bot-" + w.ids.UUID()[:8], DisplayName: "Access token", Token: token, bot: true})
		if err != nil {
			return err
		}
		return w.setRight(r, bot.Nickname, right)
	})
	return token, err
}

// Hooks are the repository's webhooks.
func (h *Repository) Hooks() []Hook {
	list := []Hook{}
	_ = h.do(func(_ *world, r *repo) error {
		for _, one := range r.hooks {
			list = append(list, one.shown())
		}
		return nil
	})
	return list
}

// LoseHooks deletes all webhooks, as an admin can.
func (h *Repository) LoseHooks() error {
	return h.do(func(_ *world, r *repo) error { r.hooks = nil; return nil })
}

// Ping tests the connection of each webhook, as an admin of a Data Center can.
func (h *Repository) Ping() error {
	return h.do(func(w *world, r *repo) error {
		for _, one := range r.hooks {
			w.post(one, eventPing, []byte(`{"test": true}`))
		}
		return nil
	})
}

// Pipeline is a handle on a run of Cloud's builds.
type Pipeline struct {
	repo *Repository
	// Number counts the runs of a repository, Hash is the commit that is built and
	// Key that of its status.
	Number int    `json:"build_number"`
	UUID   string `json:"uuid"`
	Hash   string `json:"hash"`
	Key    string `json:"key"`
}

// RunPipeline starts a run on a branch's head. It is in progress until it is
// finished.
func (h *Repository) RunPipeline(branch, by string) (*Pipeline, error) {
	run := &Pipeline{repo: h}
	return run, h.do(func(w *world, r *repo) error {
		p, err := w.runPipeline(r, branch, "", by)
		if err == nil {
			run.Number, run.UUID, run.Hash, run.Key = p.number, p.uuid, p.hash, p.key
		}
		return err
	})
}

// Finish ends the run with Successful, Failed or Stopped.
func (p *Pipeline) Finish(result string) error { return p.repo.FinishPipeline(p.Number, result) }

// FinishPipeline ends the run with that number; 0 is the last one.
func (h *Repository) FinishPipeline(number int, result string) error {
	return h.do(func(w *world, r *repo) error {
		if number == 0 {
			number = len(r.pipelines)
		}
		if number < 1 || number > len(r.pipelines) {
			return errors.Wrapf(kit.ErrNotFound, "pipeline #%d", number)
		}
		return w.endPipeline(r, r.pipelines[number-1], result)
	})
}
