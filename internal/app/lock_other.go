//go:build !unix

package app

import "os"

// lock is not offered by the standard library here; starting two servers on
// one folder is then up to the operator to avoid.
func lock(*os.File) error { return nil }
