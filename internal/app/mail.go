package app

import (
	"context"

	"offhook/internal/rc"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/hostlink"
	"offhook/internal/widget/panel"
)

// Mailbox asks what the user's tokens may do as well. An answer that does not
// come is a no.
func (p panelDesk) Mailbox(ctx context.Context) panel.Mailbox {
	b := p.Desk.Mailbox()
	scopes, err := p.grants.Scopes(ctx, p.grantID)
	may := func(s rc.Scope) bool { return err == nil && scopes.Has(s) }
	return panel.Mailbox{
		Voicemail: b.Voicemail && may(rc.ReadMessages), Faxes: b.Faxes && may(rc.ReadMessages), CanFax: b.Faxes && may(rc.Faxes), Editable: may(rc.EditMessages),
		Synced: b.Synced, OlderVoicemail: b.OlderVoicemail, OlderFaxes: b.OlderFaxes, Unheard: b.Unheard, Unseen: b.Unseen,
	}
}

func (p panelDesk) MoreVoicemail(ctx context.Context) error {
	return p.Desk.MoreMail(ctx, rc.TypeVoiceMail)
}

func (p panelDesk) MoreFaxes(ctx context.Context) error { return p.Desk.MoreMail(ctx, rc.TypeFax) }

func (p panelDesk) Portrait(ctx context.Context, extensionID, tag string) (panel.Portrait, error) {
	picture, err := p.Desk.Portrait(ctx, extensionID, tag)
	return panel.Portrait(picture), err
}

func panelVoicemail(v desk.Voicemail) panel.Voicemail {
	return panel.Voicemail{
		ID: v.ID, Party: panel.Party(v.Party), At: v.At, Length: v.Length, Unread: v.Unread, Spoken: v.Spoken, Spelt: string(v.Spelt), Sound: v.Sound,
	}
}

func (p panelDesk) Voicemails() []panel.Voicemail {
	all := p.Desk.Voicemails()
	out := make([]panel.Voicemail, len(all))
	for i, v := range all {
		out[i] = panelVoicemail(v)
	}
	return out
}

func (p panelDesk) Voicemail(id string) (panel.Voicemail, error) {
	v, err := p.Desk.Voicemail(id)
	return panelVoicemail(v), err
}

func (p panelDesk) VoicemailSound(ctx context.Context, id string) (panel.Sound, error) {
	s, err := p.Desk.VoicemailSound(ctx, id)
	return panel.Sound(s), err
}

func panelFax(f desk.Fax) panel.Fax {
	outcomes := make([]panel.MessageState, len(f.Outcomes))
	for i, o := range f.Outcomes {
		outcomes[i] = panel.MessageState(o.State)
	}
	return panel.Fax{
		Outcomes: outcomes,
		ID:       f.ID, Parties: parties(f.Parties), Inbound: f.Inbound, At: f.At, Pages: f.Pages, Unread: f.Unread,
		State: panel.MessageState(f.State), Error: f.Error, Documents: files(f.Documents), Waiting: f.Waiting,
	}
}

func (p panelDesk) Faxes() []panel.Fax {
	all := p.Desk.Faxes()
	out := make([]panel.Fax, len(all))
	for i, f := range all {
		out[i] = panelFax(f)
	}
	return out
}

func (p panelDesk) Fax(id string) (panel.Fax, error) {
	f, err := p.Desk.Fax(id)
	return panelFax(f), err
}

func (p panelDesk) FaxDocument(ctx context.Context, id, document string) (panel.File, []byte, error) {
	f, body, err := p.Desk.FaxDocument(ctx, id, document)
	return panel.File(f), body, err
}

func (p panelDesk) FaxFiles(ctx context.Context) ([]panel.File, error) {
	all, err := p.Desk.FaxFiles(ctx)
	return files(all), err
}

func (p panelDesk) AddFaxFile(ctx context.Context, u panel.Upload) (panel.File, error) {
	f, err := p.Desk.AddFaxFile(ctx, desk.Upload(u))
	return panel.File(f), err
}

func (p panelDesk) SendFax(ctx context.Context, o panel.OutgoingFax) error {
	return p.Desk.SendFax(ctx, desk.OutgoingFax(o))
}

// Mail is what the host link tells of voicemail and faxes.
func (l linkDesk) Mail(ctx context.Context) (m hostlink.Mail) {
	b := l.Mailbox(ctx)
	if b.Voicemail {
		m.Voicemail = b.Unheard
	}
	if b.Faxes {
		m.Fax = b.Unseen
	}
	return m
}
