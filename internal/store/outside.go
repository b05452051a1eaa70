package store

import "context"

// OutsideReader reads who may call numbers outside of the platform.
type OutsideReader interface {
	// MayCallOutside reports whether an extension may; nobody may who was not
	// let.
	MayCallOutside(ctx context.Context, extensionID int64) (bool, error)
	// OutsideCallers returns the ids of those of an account who may, in their
	// order.
	OutsideCallers(ctx context.Context, accountID int64) ([]int64, error)
}

// OutsideWriter changes it.
type OutsideWriter interface {
	// LetCallOutside gives or takes the right; repeating it changes nothing.
	LetCallOutside(ctx context.Context, extensionID int64, may bool) error
}
