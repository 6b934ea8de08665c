package stack

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"github.com/pkg/errors"
)

// account is the unprivileged system user that PostgreSQL runs as, since it
// refuses to run as root.
type account struct{ uid, gid uint32 }

// unprivileged returns nil for a normal user, who needs no other account, and
// the account "nobody" for root.
func unprivileged() (*account, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	nobody, err := user.Lookup("nobody")
	if err != nil {
		return nil, errors.Wrap(err, "PostgreSQL does not run as root and there is no user nobody")
	}
	uid, err := strconv.ParseUint(nobody.Uid, 10, 32)
	if err != nil {
		return nil, errors.Wrap(err, "read the user ID of nobody")
	}
	gid, err := strconv.ParseUint(nobody.Gid, 10, 32)
	if err != nil {
		return nil, errors.Wrap(err, "read the group ID of nobody")
	}
	return &account{uid: uint32(uid), gid: uint32(gid)}, nil
}

// attributes puts a program into a process group of its own, and under the
// account when there is one.
func (a *account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a != nil {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid, NoSetGroups: false}
	}
	return attr
}

// own hands a folder over to the account.
func (a *account) own(dir string) error {
	if a == nil {
		return nil
	}
	return errors.Wrapf(os.Chown(dir, int(a.uid), int(a.gid)), "hand over %s", dir)
}

// reaches reports whether the account can enter a folder: every folder above it
// must be open to others. A checkout below /root, for one, is not.
func (a *account) reaches(dir string) bool {
	if a == nil {
		return true
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}
