//go:build !linux

package testdb

import "syscall"

// endWithParent does nothing here: a test binary that is killed leaves its server running.
func endWithParent(*syscall.SysProcAttr) {}
