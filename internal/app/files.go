package app

import (
	"context"

	"offhook/internal/widget/desk"
	"offhook/internal/widget/panel"
)

func files(from []desk.File) []panel.File {
	var to []panel.File
	for _, f := range from {
		to = append(to, panel.File(f))
	}
	return to
}

func (p panelDesk) Attachment(ctx context.Context, messageID, id string) (panel.File, []byte, error) {
	f, body, err := p.Desk.Attachment(ctx, messageID, id)
	return panel.File(f), body, err
}

func (p panelDesk) Uploaded(ctx context.Context, id string) (panel.File, []byte, error) {
	f, body, err := p.Desk.Uploaded(ctx, id)
	return panel.File(f), body, err
}

func (p panelDesk) DraftFiles(ctx context.Context, conversationID string) ([]panel.File, error) {
	all, err := p.Desk.DraftFiles(ctx, conversationID)
	return files(all), err
}

func (p panelDesk) AddFile(ctx context.Context, u panel.Upload) (panel.File, error) {
	f, err := p.Desk.AddFile(ctx, desk.Upload(u))
	return panel.File(f), err
}
