package storetest

import (
	"context"
	"errors"

	"offhook/internal/store"
)

// Deaf is a store that takes what it is given and says that it has failed, so
// many times: for the tests of who tries again.
type Deaf struct {
	store.Platform
	Times int
}

// Write fails when it is done.
func (d *Deaf) Write(ctx context.Context, fn func(store.PlatformTx) error) error {
	if err := d.Platform.Write(ctx, fn); err != nil || d.Times == 0 {
		return err
	}
	d.Times--
	return errors.New("the connection broke before the answer")
}
