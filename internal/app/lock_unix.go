//go:build unix

package app

import (
	"os"
	"syscall"
)

// lock takes an exclusive lock that ends with the process, kill -9 included.
func lock(f *os.File) error {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
