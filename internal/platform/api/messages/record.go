package messages

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// record writes a message as the contract does, with links under base.
func record(base string, m store.Message) rc.Message {
	uri := messageURI(base, m)
	r := rc.Message{
		ID:                m.ID,
		URI:               uri,
		ExtensionID:       strconv.FormatInt(m.ExtensionID, 10),
		Type:              m.Type,
		Direction:         m.Direction,
		Availability:      m.Availability,
		ReadStatus:        m.ReadStatus,
		Priority:          "Normal",
		MessageStatus:     m.Status,
		DeliveryErrorCode: m.ErrorCode,
		SegmentCount:      segmentCount(m),
		Subject:           m.Text,
		CreationTime:      rc.TimeOf(m.CreatedAt),
		LastModifiedTime:  rc.TimeOf(m.ModifiedAt),
		From:              &m.From,
		To:                m.To,
		Attachments:       attachments(uri, m),
	}
	if !isText(m) {
		r.VMTranscriptionState, r.FaxPageCount, r.FaxResolution = m.Facts.Transcription, m.Facts.Pages, m.Facts.Resolution
		r.CoverIndex, r.CoverPageText = m.Facts.Cover, m.Facts.CoverText
		return r
	}
	if m.Type == rc.TypePager {
		r.SegmentCount, r.PgToDepartment = 0, new(bool)
	}
	if m.OwnerID != 0 {
		r.Owner = &rc.ThreadUser{ExtensionID: strconv.FormatInt(m.OwnerID, 10), Name: m.Facts.Owner, ExtensionType: rc.TypeDepartment}
	}
	conversation := strconv.FormatInt(m.ConversationID, 10)
	r.ConversationID = m.ConversationID
	r.Conversation = &rc.URIID{ID: conversation, URI: base + rc.ExtensionPath(m.AccountID, m.ExtensionID) + "/conversation/" + conversation}
	return r
}

func messageURI(base string, m store.Message) string {
	return base + rc.MessageStoreFilter(m.AccountID, m.ExtensionID) + "/" + strconv.FormatInt(m.ID, 10)
}

// A tombstone is what a sync says of a message that is gone.
type tombstone struct {
	ID           int64  `json:"id"`
	URI          string `json:"uri"`
	Availability string `json:"availability"`
}

// synced is a message as message-sync tells it.
func synced(base string, m store.Message) any {
	if m.Availability != rc.Alive {
		return tombstone{m.ID, messageURI(base, m), m.Availability}
	}
	return record(base, m)
}

// instant is a message as the instant message event tells it.
func instant(base string, m store.Message) rc.InstantMessage {
	full := record(base, m)
	return rc.InstantMessage{
		ID: strconv.FormatInt(m.ID, 10), To: m.To, From: m.From, Type: m.Type,
		CreationTime: full.CreationTime, LastModifiedTime: full.LastModifiedTime,
		ReadStatus: m.ReadStatus, Priority: full.Priority, Attachments: full.Attachments,
		Direction: m.Direction, Availability: m.Availability, Subject: m.Text, MessageStatus: m.Status,
		ConversationID: full.Conversation.ID, Conversation: full.Conversation,
		OwnerID: full.ExtensionID,
	}
}

// gsmBasic and gsmExtended are the characters of GSM 7-bit text (3GPP TS
// 23.038); the extended ones take two places. Other text is sent as UTF-16.
const (
	gsmBasic    = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtended = "\f^{}\\[~]|€"
)

// segmentCount is 1 for a message with attachments, which no network cuts.
func segmentCount(m store.Message) int {
	if !isText(m) {
		return 0
	}
	if len(m.Attachments) > 0 {
		return 1
	}
	return segments(m.Text)
}

// segments counts the short messages that carry a text.
func segments(text string) int {
	places, single, part := 0, 160, 153
	for _, c := range text {
		switch {
		case strings.ContainsRune(gsmBasic, c):
			places++
		case strings.ContainsRune(gsmExtended, c):
			places += 2
		default:
			places, single, part = utf16Length(text), 70, 67
		}
		if single == 70 {
			break
		}
	}
	if places <= single {
		return 1
	}
	return (places + part - 1) / part
}

func utf16Length(text string) int {
	n := utf8.RuneCountInString(text)
	for _, c := range text {
		if c > 0xFFFF {
			n++
		}
	}
	return n
}
