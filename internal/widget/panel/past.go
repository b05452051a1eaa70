package panel

import (
	"context"
	"net/http"
	"strings"
	"time"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/visit"
)

// A Past is what the platform has beyond what a desk reads by itself. Its
// methods wait for the platform; what it may say no with is an *rc.Error.
type Past interface {
	// Older reports whether there may be older conversations than those known.
	Older() bool
	MoreConversations(ctx context.Context) error
	// MoreMessages reads older texts of a conversation.
	MoreMessages(ctx context.Context, conversationID string) error
	// MoreTexts reads older texts of all conversations, and says how far back
	// everything is known now, and whether there is more.
	MoreTexts(ctx context.Context) (back time.Time, more bool, err error)
}

func (h *Handler) mountPast(mux *http.ServeMux) {
	h.onDesk(mux, "POST /p/{key}/panel/messages/older", h.olderConversations)
	h.onDesk(mux, "POST /p/{key}/panel/messages/search", h.searchOlder)
	h.onDesk(mux, "POST /p/{key}/panel/conversations/{id}/older", h.olderMessages)
}

func (h *Handler) olderConversations(w http.ResponseWriter, r *http.Request, p page) error {
	return done(w, p.desk.MoreConversations(r.Context()))
}

func (h *Handler) olderMessages(w http.ResponseWriter, r *http.Request, p page) error {
	return done(w, p.desk.MoreMessages(r.Context(), r.PathValue("id")))
}

// searchOlder reads one more part of what is to be searched in. The page asks
// for the next until there is none or its user stops.
func (h *Handler) searchOlder(w http.ResponseWriter, r *http.Request, p page) error {
	back, more, err := p.desk.MoreTexts(r.Context())
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, searchProgress{back.UTC().Format(time.RFC3339), more})
	return nil
}

type searchProgress struct {
	Back string `json:"back"`
	More bool   `json:"more"`
}

// A piece is a part of a line that was searched in.
type piece struct {
	Text string
	Hit  bool
}

// marked cuts a line at the first place where a query stands in it, however
// that is written.
func marked(line, query string) []piece {
	wanted := contact.Fold(strings.TrimSpace(query))
	runes := []rune(line)
	var folded strings.Builder
	var from []int // which character each byte of the folded line comes from
	for i, c := range runes {
		f := contact.Fold(string(c))
		folded.WriteString(f)
		for range len(f) {
			from = append(from, i)
		}
	}
	at := strings.Index(folded.String(), wanted)
	if wanted == "" || at < 0 {
		return []piece{{Text: line}}
	}
	start, end := from[at], from[at+len(wanted)-1]+1
	return []piece{{Text: string(runes[:start])}, {Text: string(runes[start:end]), Hit: true}, {Text: string(runes[end:])}}
}
