package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

// handleTemplates adds templates to the double.
func (p *platform) handleTemplates(handle func(string, rc.Group, http.HandlerFunc)) {
	const path = "/restapi/v1.0/account/~/extension/~/message-store-templates"
	company := rc.MessageTemplate{ID: "1", DisplayName: "Hours", Body: rc.MessageTemplateBody{Text: "Nine to five."}, Scope: rc.CompanyTemplate}
	p.templates = []rc.MessageTemplate{company}
	refuse := func(w http.ResponseWriter, status int, message string) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"errorCode":"CMN-1","message":%q}`, message)
	}
	handle("GET "+path, rc.Light, func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.noTemplates {
			refuse(w, 403, "no permission")
			return
		}
		answerJSON(w, rc.MessageTemplates{Records: p.templates})
	})
	handle("POST "+path, rc.Medium, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		var t rc.MessageTemplate
		if err := json.NewDecoder(r.Body).Decode(&t); err != nil {
			panic(http.ErrAbortHandler)
		}
		if len(p.templates) >= 3 {
			refuse(w, 400, "There are 3 templates already")
			return
		}
		t.ID = fmt.Sprint(len(p.templates) + 1)
		p.templates = append(p.templates, t)
		answerJSON(w, t)
	})
	handle("DELETE "+path+"/{id}", rc.Medium, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		before := len(p.templates)
		p.templates = slices.DeleteFunc(p.templates, func(t rc.MessageTemplate) bool { return t.ID == r.PathValue("id") })
		if len(p.templates) == before {
			refuse(w, 404, "gone")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
}

func TestTemplatesAreReadMadeAndRemoved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.pool(t)
	d := open(t, first)
	ready(t, d)
	hours := Template{"1", "Hours", "Nine to five.", true}
	late := Template{"2", "Late", "I am late.", false}
	if got, err := d.Templates(t.Context()); err != nil || !cmp.Equal(got, []Template{hours}) {
		t.Fatalf("at first: %+v, %v", got, err)
	}
	if got, err := d.AddTemplate(t.Context(), "Late", "I am late."); err != nil || got != late {
		t.Fatalf("made: %+v, %v", got, err)
	}
	if got, err := d.Templates(t.Context()); err != nil || !cmp.Equal(got, []Template{late, hours}) {
		t.Errorf("own ones come first: %+v, %v", got, err)
	}
	if n := h.count("GET /restapi/v1.0/account/~/extension/~/message-store-templates"); n != 1 {
		t.Errorf("the platform was asked %d times for what is known", n)
	}
	for _, id := range []string{"1", "7", "../presence"} { // the company's, none, and no id at all
		if err := d.RemoveTemplate(t.Context(), id); err != nil {
			t.Errorf("removing %s: %v", id, err)
		}
	}
	first.Close()

	h.setDown(true)
	d = open(t, h.pool(t))
	if got, err := d.Templates(t.Context()); err != nil || !cmp.Equal(got, []Template{late, hours}) {
		t.Errorf("after a restart without the platform: %+v, %v", got, err)
	}
	h.setDown(false)
	until(t, d, "the platform", func() bool { return d.Status().Live })
	if err := d.RemoveTemplate(t.Context(), "2"); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Templates(t.Context()); err != nil || !cmp.Equal(got, []Template{hours}) {
		t.Errorf("after removing: %+v, %v", got, err)
	}
}

func TestTemplatesThatAreRefusedSayWhy(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.noTemplates = true
	d := open(t, h.pool(t))
	ready(t, d)
	_, err := d.Templates(t.Context())
	if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.Denied {
		t.Errorf("without permission: %v", err)
	}
	for range 2 {
		if _, err := d.AddTemplate(t.Context(), "x", "x"); err != nil {
			t.Fatal(err)
		}
	}
	_, err = d.AddTemplate(t.Context(), "x", "x")
	if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.Invalid || e.Message != "The template was not changed. Your phone service says: There are 3 templates already" {
		t.Errorf("over the limit: %v", err)
	}
}
