package app

import (
	"context"

	"offhook/internal/widget/panel"
)

func (p panelDesk) Templates(ctx context.Context) ([]panel.Template, error) {
	all, err := p.Desk.Templates(ctx)
	own := make([]panel.Template, len(all))
	for i, t := range all {
		own[i] = panel.Template(t)
	}
	return own, err
}

func (p panelDesk) AddTemplate(ctx context.Context, name, text string) (panel.Template, error) {
	t, err := p.Desk.AddTemplate(ctx, name, text)
	return panel.Template(t), err
}
