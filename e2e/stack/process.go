package stack

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/pkg/errors"
)

// command describes a program to keep running.
type command struct {
	name string   // names its log file
	path string   // the executable
	args []string // without the name
	dir  string   // working directory
	env  []string // the whole environment
	user *account // nil: as whoever runs the stack
	stop syscall.Signal
}

// process is a program that runs in a process group of its own, so that
// Ctrl-C reaches only the stack, which then ends its children in order.
type process struct {
	name   string
	cmd    *exec.Cmd
	stop   syscall.Signal
	log    *os.File
	exited chan struct{}
	once   sync.Once
}

// launch starts a program with its output in logs/<name>.log.
func launch(c command, logs string, guard *guard) (*process, error) {
	log, err := os.Create(filepath.Join(logs, c.name+".log"))
	if err != nil {
		return nil, errors.Wrapf(err, "create the log of %s", c.name)
	}
	cmd := exec.Command(c.path, c.args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = c.user.attributes()
	if err := cmd.Start(); err != nil {
		log.Close()
		return nil, errors.Wrapf(err, "start %s", c.name)
	}
	guard.watch(cmd.Process.Pid)
	p := &process{name: c.name, cmd: cmd, stop: c.stop, log: log, exited: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended shows in its log
		close(p.exited)
	}()
	return p, nil
}

// pid is the process ID, which is also the ID of its group.
func (p *process) pid() int { return p.cmd.Process.Pid }

// alive tells whether the program still runs.
func (p *process) alive() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// end asks the program to stop, and ends its whole group when it does not
// within ten seconds. It can be called more than once.
func (p *process) end() {
	p.once.Do(func() {
		_ = syscall.Kill(p.pid(), p.stop) // gone already is fine
		select {
		case <-p.exited:
		case <-time.After(10 * time.Second):
		}
		_ = syscall.Kill(-p.pid(), syscall.SIGKILL)
		<-p.exited
		p.log.Close()
	})
}

// tail returns the end of the program's log, to go with an error.
func (p *process) tail() string {
	data, err := os.ReadFile(p.log.Name())
	if err != nil {
		return ""
	}
	const last = 3000
	if len(data) > last {
		data = data[len(data)-last:]
	}
	return string(data)
}

// guard is a small shell that ends what the stack started when the stack itself
// was ended without a chance to: a kill, a panic, a test's time limit.
type guard struct {
	mu   sync.Mutex
	pipe io.WriteCloser
	cmd  *exec.Cmd
}

// guardScript reads lines until its input closes. "done" means that everything
// was ended in order. $1 is the folder to remove.
const guardScript = `groups=
while read -r verb id; do
  case "$verb" in watch) groups="$groups $id";; done) exit 0;; esac
done
for id in $groups; do kill -s TERM -- "-$id" 2>/dev/null; done
sleep 3
for id in $groups; do kill -s KILL -- "-$id" 2>/dev/null; done
rm -rf -- "$1"`

func newGuard(workDir string) (*guard, error) {
	cmd := exec.Command("sh", "-c", guardScript, "guard", workDir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, errors.Wrap(err, "open the guard's pipe")
	}
	if err := cmd.Start(); err != nil {
		return nil, errors.Wrap(err, "start the guard")
	}
	return &guard{pipe: pipe, cmd: cmd}, nil
}

func (g *guard) watch(pid int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, _ = io.WriteString(g.pipe, "watch "+itoa(pid)+"\n") // without it only the last resort is lost
}

func (g *guard) dismiss() {
	g.mu.Lock()
	defer g.mu.Unlock()
	_, _ = io.WriteString(g.pipe, "done\n")
	_ = g.pipe.Close()
	_ = g.cmd.Wait()
}
