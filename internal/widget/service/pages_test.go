package service_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/internal/widget/visit"
)

func page(fields string) string {
	return `{"type":"rc-adapter-register-customized-page","page":{` + fields + `}}`
}

const lead = `"id":"lead","title":"New lead","schema":{"required":["name"],"properties":{"name":{"type":"string","title":"Name"},"note":{"type":"string"}}},"uiSchema":{"submitButtonOptions":{}}`

// panel asks for a page, with a body as a form that is drawn again.
func (w *world) panel(as, path, body string) (int, string) {
	w.t.Helper()
	method := "GET"
	if body != "" {
		method = "POST"
	}
	r := httptest.NewRequest(method, "/p/k/panel"+path, strings.NewReader(body))
	if as != "" {
		r.Header.Set("Grant", as)
	}
	r.Header.Set(visit.Header, "1")
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

var values = regexp.MustCompile(`data-values="([^"]*)"`)

func valuesOf(t *testing.T, html string) string {
	t.Helper()
	m := values.FindStringSubmatch(html)
	if m == nil {
		t.Fatalf("no form in\n%s", html)
	}
	return strings.ReplaceAll(m[1], "&#34;", `"`)
}

func TestAPageIsMergedFieldByField(t *testing.T) {
	w := newWorld(t)
	w.post(page(lead + `,"formData":{"name":"Ada"}`))
	w.post(page(`"id":"lead","title":"Renamed"`))
	status, html := w.panel("g", "/customized/lead", "")
	if status != 200 || !strings.Contains(html, "Renamed") || valuesOf(t, html) != `{"name":"Ada"}` || !strings.Contains(html, ">Save</button>") {
		t.Errorf("%d\n%s", status, html)
	}
	if !strings.Contains(html, `data-go="goBack"`) {
		t.Error("a page has no way back")
	}
	w.post(page(`"id":"lead","hideBackButton":true`))
	if _, html := w.panel("g", "/customized/lead", ""); strings.Contains(html, `data-go="goBack"`) {
		t.Error("hideBackButton hides nothing")
	}
}

func TestWhatSomebodyTypesIsDrawnUntilTheHostPageSetsValues(t *testing.T) {
	w := newWorld(t)
	w.post(page(lead + `,"formData":{"name":"Ada"}`))
	turn := w.now.UnixMilli()
	typed := fmt.Sprintf(`{"formData":{"name":"Typed"},"turn":%d}`, turn)
	if _, html := w.panel("g", "/customized/lead", typed); valuesOf(t, html) != `{"name":"Typed"}` {
		t.Errorf("what was typed is lost:\n%s", html)
	}
	w.post(page(`"id":"lead","title":"Again"`))
	if _, html := w.panel("g", "/customized/lead", typed); valuesOf(t, html) != `{"name":"Typed"}` {
		t.Errorf("a registration without formData takes what was typed:\n%s", html)
	}
	w.post(page(`"id":"lead","formData":{"name":"Host"}`))
	_, html := w.panel("g", "/customized/lead", typed)
	if valuesOf(t, html) != `{"name":"Host"}` || !strings.Contains(html, fmt.Sprintf(`data-turn="%d"`, turn+1)) {
		t.Errorf("the host page's values are not drawn:\n%s", html)
	}
}

func TestATabChecksAllValues(t *testing.T) {
	w := newWorld(t)
	w.post(page(lead + `,"type":"tab"`))
	_, html := w.panel("g", "/customizedTabs/lead", `{"formData":{},"turn":9999999999999,"check":true}`)
	if !strings.Contains(html, `id="page-problems"`) || !strings.Contains(html, ">Submit</button>") {
		t.Errorf("no summary, or no button:\n%s", html)
	}
	_, html = w.panel("g", "/customizedTabs/lead", `{"formData":{"name":"A"},"turn":9999999999999,"check":true}`)
	if strings.Contains(html, `id="page-problems"`) {
		t.Errorf("a summary of nothing:\n%s", html)
	}
}

func TestAPageIsItsUsersAlone(t *testing.T) {
	w := newWorld(t)
	w.post(page(lead))
	if status, html := w.panel("other", "/customized/lead", ""); status != 404 || strings.Contains(html, "lead") {
		t.Errorf("another user's page: %d\n%s", status, html)
	}
	if status, _ := w.panel("", "/customized/lead", ""); status != 401 {
		t.Errorf("without a session: %d", status)
	}
	w.caps = nil
	for _, body := range []string{"", `{"formData":{}}`} {
		if status, _ := w.panel("g", "/customized/lead", body); status != 403 {
			t.Errorf("without the capability: %d", status)
		}
	}
}

func TestAPageThatIsWrongLeavesTheOneBefore(t *testing.T) {
	w := newWorld(t)
	w.post(page(lead))
	for fields, want := range map[string]string{
		`"id":"lead","schema":{"properties":{"x":{"$ref":"https://evil.example"}}}`: "leads outside",
		`"id":"lead","schema":[1]`: "must be an object",
		`"title":"none"`:           "needs an `id`",
		`"id":"lead","iconUri":"https://evil.example/i.png"`:                             "iconUri",
		`"id":"lead","colour":"red"`:                                                     "colour",
		`"id":"lead","uiSchema":{"submitButtonOptions":{},"name":{"ui:widget":"magic"}}`: "magic",
		`"id":"lead","actions":[{"id":"a","icon":"bomb"}]`:                               "actions",
	} {
		got := w.post(page(fields))
		if !slices.ContainsFunc(got.Warnings, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("%s: said %q, want something of %q", fields, got.Warnings, want)
		}
	}
	if status, html := w.panel("g", "/customized/lead", ""); status != 200 || !strings.Contains(html, "New lead") {
		t.Errorf("%d\n%s", status, html)
	}
}

func TestTabsStandByPriorityAndHiddenOnesDoNot(t *testing.T) {
	w := newWorld(t)
	for _, tab := range []string{
		`"id":"c","title":"C","priority":0`, `"id":"a","title":"A","priority":10,"unreadCount":120`, `"id":"b","title":"B","priority":20,"iconUri":"data:image/png;base64,AA=="`,
		`"id":"h","title":"H","hidden":true`, `"id":"d d/<","title":"D"`,
	} {
		w.post(page(tab + `,"type":"tab","schema":{}`))
	}
	w.post(page(lead)) // no tab
	_, html := w.ask("GET", "/tabs", "")
	var got []string
	for _, m := range regexp.MustCompile(`data-tab="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		got = append(got, m[1])
	}
	want := []string{"/customizedTabs/a", "/customizedTabs/b", "/customizedTabs/c", "/customizedTabs/d%20d%2F%3C"}
	if !slices.Equal(got, want) {
		t.Errorf("tabs %v, want %v", got, want)
	}
	if !strings.Contains(html, "99&#43;") || !strings.Contains(html, "data:image/png;base64,AA==") {
		t.Errorf("no count, or no icon:\n%s", html)
	}
}

func TestTheFormOfALogIsNoPage(t *testing.T) {
	w := newWorld(t)
	w.post(`{"type":"rc-adapter-update-messages-log-page","page":{"title":"Log","schema":{}}}`)
	if status, _ := w.panel("g", "/customized/$LOG-MESSAGES", ""); status != 404 {
		t.Errorf("the form of a log opens as a page: %d", status)
	}
}

func TestThereIsAnEndToPages(t *testing.T) {
	w := newWorld(t)
	var last answer
	for i := range 70 {
		last = w.post(page(fmt.Sprintf(`"id":"p%d","schema":{}`, i)))
	}
	if len(last.Warnings) != 1 || !strings.Contains(last.Warnings[0], "up to 60 pages") {
		t.Errorf("said %q", last.Warnings)
	}
	big, _ := json.Marshal(strings.Repeat("a", 2<<20))
	w.post(page(`"id":"p1","schema":{}`))
	if status, _ := w.panel("g", "/customized/p1", `{"formData":{"x":`+string(big)+`}}`); status != 413 {
		t.Errorf("two megabytes of values: %d", status)
	}
}

func TestEveryTabHearsOfAPage(t *testing.T) {
	w := newWorld(t)
	w.post(page(lead))
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		w.mu.Lock()
		told := slices.Clone(w.told)
		w.mu.Unlock()
		if len(told) == 1 {
			if told[0].What != "page" || told[0].ID != "lead" || told[0].GrantID != "g" {
				t.Errorf("told %+v", told[0])
			}
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("nobody heard of the page")
		}
	}
}
