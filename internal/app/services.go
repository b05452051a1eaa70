package app

import (
	"context"

	"offhook/internal/widget/desk"
	"offhook/internal/widget/service"
)

// numbers tells services whom a user has something to do with.
type numbers struct{ pool *desk.Pool }

func (n numbers) Numbers(ctx context.Context, grantID string) ([]service.Correspondent, error) {
	d, err := n.pool.Desk(ctx, grantID)
	if err != nil {
		return nil, err
	}
	var all []service.Correspondent
	for _, c := range d.Correspondents() {
		all = append(all, service.Correspondent(c))
	}
	return all, nil
}
