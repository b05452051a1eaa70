package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/directory"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const path = "/restapi/v1.0/account/~/directory"

func newWorld(t *testing.T) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	(&directory.Handler{Face: w.Face, Store: w.Store}).Mount(w.Mux)
	return w
}

func names(l rc.List[rc.DirectoryEntry]) string {
	var all []string
	for _, e := range l.Records {
		all = append(all, e.FirstName)
	}
	return strings.Join(all, " ")
}

func TestEntries(t *testing.T) {
	w := newWorld(t)
	apitest.Golden(t, "entries.json", w.Do("bob", "GET", path+"/entries", nil))
	apitest.Golden(t, "entry.json", w.Do("bob", "GET", path+"/entries/101001", nil))
	apitest.Golden(t, "federation.json", w.Do("bob", "GET", path+"/federation", nil))
	apitest.Refused(t, w.Do("bob", "GET", path+"/federation?types=Secret", nil), 400, "CMN-101", "types")
	apitest.Refused(t, w.Do("bob", "GET", "/restapi/v1.0/account/200001/directory/federation", nil), 404, "CMN-102", "accountId")
	for query, want := range map[string]string{
		"/contacts?perPage=MAX&page=1":    "Ada Bob Cy",
		"/entries?perPage=2&page=2":       "Cy",
		"/entries?type=User":              "Ada Bob Cy",
		"/entries?type=Department":        "",
		"/entries?typeGroup=NonUser":      "",
		"/entries?siteId=main-site":       "Ada Bob Cy",
		"/entries?siteId=elsewhere":       "",
		"/entries?perPage=all&page=1":     "Ada Bob Cy",
		"/entries?showFederated=false":    "Ada Bob Cy",
		"/entries?type=User&type=IvrMenu": "Ada Bob Cy",
	} {
		if got := names(apitest.Get[rc.List[rc.DirectoryEntry]](w, "ada", path+query)); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	apitest.Refused(t, w.Do("ada", "GET", path+"/entries/201001", nil), 404, "CMN-102", "entryId")
	apitest.Refused(t, w.Do("ada", "GET", "/restapi/v1.0/account/200001/directory/entries", nil), 404, "CMN-102", "accountId")
	apitest.Refused(t, w.Do("ada", "GET", path+"/entries?page=x", nil), 400, "CMN-101", "page")
	if got := names(apitest.Get[rc.List[rc.DirectoryEntry]](w, "eve", path+"/entries")); got != "Eve" {
		t.Errorf("another company sees %q", got)
	}
}

func TestUnchangedEntriesAreNotSentAgain(t *testing.T) {
	w := newWorld(t)
	tag := w.Do("ada", "GET", path+"/entries", nil).Header().Get("ETag")
	if rec := w.Do("ada", "GET", path+"/entries", nil, "If-None-Match: "+tag); rec.Code != 304 || rec.Body.Len() != 0 {
		t.Errorf("the same entries: %d %s, want 304", rec.Code, rec.Body)
	}
	if rec := w.Do("ada", "GET", path+"/entries?perPage=1", nil, "If-None-Match: "+tag); rec.Code != 200 {
		t.Errorf("other entries: %d, want 200", rec.Code)
	}
	picture := store.ProfileImage{ExtensionID: apitest.Bob, ContentType: "image/png", Tag: "t1", Body: []byte("png")}
	if err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.PutProfileImage(t.Context(), picture) }); err != nil {
		t.Fatal(err)
	}
	if rec := w.Do("ada", "GET", path+"/entries", nil, "If-None-Match: "+tag); rec.Code != 200 {
		t.Errorf("after somebody has a new picture: %d, want 200", rec.Code)
	}
	bob := apitest.Get[rc.DirectoryEntry](w, "ada", fmt.Sprintf("%s/entries/%d", path, apitest.Bob))
	if i := bob.ProfileImage; i == nil || i.ETag != "t1" || i.URI != "http://platform.example"+rc.ExtensionPath(apitest.Acme, apitest.Bob)+"/profile-image" {
		t.Errorf("Bob's picture: %+v", i)
	}
}

func TestSearch(t *testing.T) {
	w := newWorld(t)
	search := path + "/entries/search"
	for _, tt := range []struct{ name, body, want string }{
		{"everybody", `{}`, "Ada Bob Cy"},
		{"part of a name", `{"searchString":"ston"}`, "Bob"},
		{"first and last name", `{"searchString":"bob stone"}`, "Bob"},
		{"an extension number", `{"searchString":"103"}`, "Cy"},
		{"a number", `{"searchString":"+16505550102"}`, "Bob"},
		{"in one field", `{"searchString":"example","searchFields":["firstName"]}`, ""},
		{"a department", `{"department":"research"}`, "Ada Bob Cy"},
		{"another department", `{"department":"Sales"}`, ""},
		{"some extensions", `{"extensionIds":["101003","201001"]}`, "Cy"},
		{"another type", `{"extensionType":"Department"}`, ""},
		{"the other way round", `{"orderBy":[{"index":1,"fieldName":"firstName","direction":"Desc"}]}`, "Cy Bob Ada"},
		{"a site", `{"siteId":"main-site"}`, "Ada Bob Cy"},
		{"another site", `{"siteId":"elsewhere"}`, ""},
		{"a page", `{"page":2,"perPage":1}`, "Bob"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := apitest.Decode[rc.List[rc.DirectoryEntry]](t, w.Do("ada", "POST", search, tt.body), 200)
			if names(got) != tt.want {
				t.Errorf("%s: %q, want %q", tt.body, names(got), tt.want)
			}
		})
	}
	apitest.Refused(t, w.Do("ada", "POST", search, `{"searchFields":["password"]}`), 400, "CMN-101", "searchFields")
	apitest.Refused(t, w.Do("ada", "POST", search, `{"orderBy":[{"fieldName":"password"}]}`), 400, "CMN-101", "orderBy")
	apitest.Refused(t, w.Do("ada", "POST", search, `{"orderBy":[{"fieldName":"email","direction":"Up"}]}`), 400, "CMN-101", "orderBy")
	for query, want := range map[string]string{
		"siteId=main-site&siteId=x": "Ada Bob Cy", "siteId=x": "", "department=Research": "Ada Bob Cy", "department=Sales": "", "extensionType=User": "Ada Bob Cy",
		"extensionStatus=Enabled": "Ada Bob Cy", "extensionStatus=Frozen": "", "accountId=100001": "Ada Bob Cy", "accountId=200001": "",
	} {
		if got := apitest.Decode[rc.List[rc.DirectoryEntry]](t, w.Do("ada", "POST", search+"?"+query, `{}`), 200); names(got) != want {
			t.Errorf("%s: %q, want %q", query, names(got), want)
		}
	}
	apitest.Refused(t, w.Do("ada", "POST", search, `{"page":"x"}`), 400, "CMN-103", "")
}

func TestQueuesAreInTheDirectory(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	for query, want := range map[string]int{"": 4, "?type=User": 3, "?type=Department": 1, "?typeGroup=User": 3, "?typeGroup=NonUser": 1} {
		got := apitest.Get[rc.List[rc.DirectoryEntry]](w, "cy", "/restapi/v1.0/account/~/directory/entries"+query).Records
		if len(got) != want {
			t.Errorf("%q: %+v, want %d", query, got, want)
		}
		if desk := got[len(got)-1]; desk.Type == rc.TypeDepartment && (desk.Name != "Front desk" || desk.PhoneNumbers[0].PhoneNumber != apitest.DeskPhone) {
			t.Errorf("%q: the queue is %+v", query, desk)
		}
	}
}
