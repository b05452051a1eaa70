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
		Voicemail: b.Voicemail && may(rc.ReadMessages), Editable: may(rc.EditMessages),
		Synced: b.Synced, Older: b.Older, Unheard: b.Unheard,
	}
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

// Mail is what the host link tells of voicemail.
func (l linkDesk) Mail(ctx context.Context) hostlink.Mail {
	b := l.Mailbox(ctx)
	if !b.Voicemail {
		return hostlink.Mail{}
	}
	return hostlink.Mail{Voicemail: b.Unheard}
}
