package desk

import (
	"cmp"
	"reflect"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
)

// Bounds of the copy of voicemail and faxes.
const (
	maxMail      = 1000 // the oldest go first
	mailSync     = 250  // of a full sync
	mailAgo      = 365 * 24 * time.Hour
	maxSpoken    = 64 << 10        // bytes of a transcription
	spokenAhead  = 40              // transcriptions that are read before somebody asks, of the newest
	undoMail     = 5 * time.Minute // so long what was deleted can be had back
	pollMail     = 5 * time.Minute
	pollMailDeaf = 30 * time.Second // while the platform does not tell what changes
)

// A mailbox is the copy of the user's voicemail and faxes. What the user does
// with them is kept with each until the platform knows.
type mailbox struct {
	row     mailRow
	byID    map[int64]*mail
	sorted  []*mail         // newest first, those that were deleted here left out; nil when it is to be made
	stale   bool            // the platform has said that something changed, or somebody asks
	refused bool            // the platform does not let this app read messages
	gen     int             // counts syncs that were started
	end     map[string]bool // of a type, all that the platform has is here
	kept    int             // older messages that are here
}

// A mailRow is what is kept beside the messages.
type mailRow struct {
	Token string    `json:"token"` // where the next incremental sync goes on
	At    time.Time `json:"at"`    // of the last sync
	// Whole says of a type whether the platform has nothing from before the
	// copy; without a word of it, that is not known.
	Whole map[string]bool `json:"whole,omitempty"`
}

// A mail is one voicemail message or fax. Wishes are empty, or what the user
// wants and the platform does not know yet.
type mail struct {
	Record  rc.Message `json:"record"`
	Spoken  string     `json:"spoken,omitempty"` // the transcription
	Asked   bool       `json:"asked,omitempty"`  // and it has been asked for
	Read    string     `json:"read,omitempty"`   // wish: rc.Read, rc.Unread
	Theirs  string     `json:"theirs,omitempty"` // what the platform says instead
	Keep    string     `json:"keep,omitempty"`   // wish: rc.Alive, rc.Deleted
	Removed time.Time  `json:"removed,omitzero"` // deleted here at
	older   bool       // read when somebody asked for it, and not kept but for a wish
	readGen int        // the newest sync when the platform took the wish: its records may be older
	readAt  time.Time  // when the message changed by it, as the platform says; zero when it does not
	keepGen int
}

func (m *mail) unread() bool {
	return m.Removed.IsZero() && m.Record.Direction == rc.Inbound && m.Record.ReadStatus == rc.Unread
}

// list is all that is not deleted, newest first.
func (b *mailbox) list() []*mail {
	if b.sorted == nil {
		b.sorted = make([]*mail, 0, len(b.byID))
		for _, m := range b.byID {
			if m.Removed.IsZero() {
				b.sorted = append(b.sorted, m)
			}
		}
		slices.SortFunc(b.sorted, func(x, y *mail) int {
			return cmp.Or(y.Record.CreationTime.Compare(x.Record.CreationTime.Time), cmp.Compare(y.Record.ID, x.Record.ID))
		})
	}
	return b.sorted
}

func isMail(m *rc.Message) bool { return m.Type == rc.TypeVoiceMail || m.Type == rc.TypeFax }

// take takes over a record that a sync of that number brought, and reports
// whether anything is different now.
func (b *mailbox) take(r rc.Message, gen int, c *change) (told *rc.Message, isNew bool) {
	old := b.byID[r.ID]
	key := rowKey{rowMail, strconv.FormatInt(r.ID, 10)}
	if r.Availability == rc.Deleted || r.Availability == rc.Purged {
		if old == nil || !old.Removed.IsZero() || old.Keep != "" || gen <= old.keepGen {
			return nil, false // deleted here: it waits for being wanted back
		}
		delete(b.byID, r.ID)
		b.sorted, c.rows[key] = nil, true
		old.Record.Availability = r.Availability
		return &old.Record, false
	}
	if !isMail(&r) || r.ID == 0 {
		return nil, false
	}
	r.Conversation, r.ConversationID = nil, 0
	m := mail{Record: r}
	if old != nil {
		if r.LastModifiedTime.Before(old.Record.LastModifiedTime.Time) {
			return nil, false
		}
		m = *old
		m.Record = r
		newer := !old.readAt.IsZero() && r.LastModifiedTime.After(old.readAt)
		if old.Read != "" || gen <= old.readGen && !newer {
			m.Theirs, m.Record.ReadStatus = r.ReadStatus, old.Record.ReadStatus
		}
		if !old.Removed.IsZero() && old.Keep == "" && gen > old.keepGen {
			m.Removed = time.Time{} // somebody else has had it back
		}
		if reflect.DeepEqual(m, *old) {
			return nil, false
		}
	}
	b.byID[r.ID] = &m
	b.sorted, c.rows[key] = nil, true
	if !m.Removed.IsZero() {
		return nil, false
	}
	if r.Type == rc.TypeFax && old != nil && faxState(&old.Record) != Failed && faxState(&r) == Failed {
		c.failed = append(c.failed, faxKey(r.ID))
	}
	record := m.Record
	return &record, old == nil
}

// trim forgets the oldest beyond the bound, and what was deleted too long ago
// to be wanted back.
func (b *mailbox) trim(now time.Time, c *change) {
	for id, m := range b.byID {
		if !m.Removed.IsZero() && m.Keep == "" && now.Sub(m.Removed) > undoMail {
			delete(b.byID, id)
			c.rows[rowKey{rowMail, strconv.FormatInt(id, 10)}] = true
		}
	}
	kept := 0
	for _, m := range b.list() {
		if kept += rank(!m.older); m.older || kept <= maxMail {
			continue
		}
		delete(b.byID, m.Record.ID)
		b.row.Whole, b.sorted = nil, nil
		c.rows[rowKey{rowMail, strconv.FormatInt(m.Record.ID, 10)}] = true
	}
}

// dropMissing forgets what a full sync should have brought and did not.
func (b *mailbox) dropMissing(s rc.MessageSync, c *change) (any bool) {
	present := make(map[int64]bool, len(s.Records))
	var oldest time.Time
	for _, r := range s.Records {
		present[r.ID] = true
		if oldest.IsZero() || r.CreationTime.Before(oldest) {
			oldest = r.CreationTime.Time
		}
	}
	for id, m := range b.byID {
		older := s.SyncInfo.OlderRecordsExist && m.Record.CreationTime.Before(oldest)
		if !present[id] && !older && !m.older && m.Removed.IsZero() && m.Keep == "" {
			delete(b.byID, id)
			b.sorted, any = nil, true
			c.rows[rowKey{rowMail, strconv.FormatInt(id, 10)}] = true
		}
	}
	return any
}

func noMail() error { return rc.Errorf(rc.NotFound, "This message is not here any more.") }
