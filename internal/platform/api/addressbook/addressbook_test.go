package addressbook_test

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/addressbook"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	own      = "/restapi/v1.0/account/~/extension/~"
	book     = own + "/address-book/contact"
	sync     = own + "/address-book-sync"
	favorite = own + "/favorite"
)

func newWorld(t *testing.T) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	(&addressbook.Handler{Face: w.Face, Store: w.Store, Bus: w.Bus, IDs: &store.IDs{Now: w.Now}, Now: w.Now, Log: w.Log}).Mount(w.Mux)
	return w
}

func add(w *apitest.World, as, body string) rc.PersonalContact {
	w.T.Helper()
	return apitest.Decode[rc.PersonalContact](w.T, w.Do(as, "POST", book, body), 200)
}

func at(c rc.PersonalContact) string { return book + "/" + strconv.FormatInt(c.ID, 10) }

func names(all []rc.PersonalContact) string {
	var s []string
	for _, c := range all {
		s = append(s, c.FirstName+c.Availability[:1])
	}
	return strings.Join(s, " ")
}

func TestAContactsLife(t *testing.T) {
	w := newWorld(t)
	made := add(w, "ada", `{"firstName":" Mia ","lastName":"Young","mobilePhone":"(415) 555-0133","businessPhone":"+442071838750","otherPhone":"*67",
		"email":"mia@example.com","webPage":"https://example.com","birthday":"1990-12-31","notes":"Line\nline",
		"homeAddress":{"street":"1 High St","city":"Oslo"},"ringtoneIndex":"3","unknown":1,"id":7}`)
	birthday, _ := rc.ParseTime("1990-12-31")
	want := rc.PersonalContact{
		ID: made.ID, URI: "http://platform.example/restapi/v1.0/account/100001/extension/101001/address-book/contact/" + strconv.FormatInt(made.ID, 10),
		Availability: rc.Alive, FirstName: "Mia", LastName: "Young", MobilePhone: "+14155550133", BusinessPhone: "+442071838750", OtherPhone: "*67",
		Email: "mia@example.com", WebPage: "https://example.com", Birthday: birthday, Notes: "Line\nline",
		HomeAddress: &rc.ContactAddress{Street: "1 High St", City: "Oslo"}, RingtoneIndex: "3",
	}
	if diff := cmp.Diff(want, made); diff != "" || made.ID <= 7 {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	if got := apitest.Get[rc.PersonalContact](w, "ada", at(made)); !cmp.Equal(got, want) {
		t.Errorf("read (-want +got):\n%s", cmp.Diff(want, got))
	}

	patched := apitest.Decode[rc.PersonalContact](t, w.Do("ada", "PATCH", at(made), `{"company":"Acme","mobilePhone":null,"homeAddress":{"zip":"0150"}}`), 200)
	want.Company, want.MobilePhone, want.HomeAddress.Zip = "Acme", "", "0150"
	if diff := cmp.Diff(want, patched); diff != "" {
		t.Errorf("PATCH leaves what it does not name (-want +got):\n%s", diff)
	}
	replaced := apitest.Decode[rc.PersonalContact](t, w.Do("ada", "PUT", at(made), `{"firstName":"Maria","homeAddress":null}`), 200)
	if diff := cmp.Diff(rc.PersonalContact{ID: made.ID, URI: want.URI, Availability: rc.Alive, FirstName: "Maria"}, replaced); diff != "" {
		t.Errorf("PUT says everything (-want +got):\n%s", diff)
	}

	if rec := w.Do("ada", "DELETE", at(made), nil); rec.Code != 204 {
		t.Errorf("deleting: %d %s", rec.Code, rec.Body)
	}
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		apitest.Refused(t, w.Do("ada", method, at(made), `{"firstName":"x"}`), 404, "CMN-102", "contactId")
	}
}

func TestOnlyItsUserSeesABook(t *testing.T) {
	w := newWorld(t)
	c := add(w, "bob", `{"firstName":"Secret"}`)
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		apitest.Refused(t, w.Do("ada", method, at(c), `{"firstName":"x"}`), 404, "CMN-102", "contactId")
	}
	for _, path := range []string{book, sync, favorite} {
		// Ada is an administrator; it is not hers for that.
		apitest.Refused(t, w.Do("ada", "GET", strings.Replace(path, "extension/~", "extension/101002", 1), nil), 403, "CMN-404", "")
		apitest.Refused(t, w.Do("eve", "GET", strings.Replace(path, "~/extension/~", "100001/extension/101002", 1), nil), 404, "CMN-102", "accountId")
	}
	if l := apitest.Get[rc.List[rc.PersonalContact]](w, "ada", book); len(l.Records) > 0 {
		t.Errorf("ada's list: %+v", l.Records)
	}
	apitest.Refused(t, w.Do("bob?ReadAccounts", "GET", book, nil), 403, "CMN-401", "")
	apitest.Refused(t, w.Do("bob?ReadContacts", "POST", book, `{"firstName":"x"}`), 403, "CMN-401", "")
}

func TestWhatIsNoContact(t *testing.T) {
	w := newWorld(t)
	for body, parameter := range map[string]string{
		`{}`: "firstName", `{"firstName":" "}`: "firstName", `{"firstName":5}`: "firstName", `{"firstName":"x","homeAddress":"x"}`: "homeAddress",
		`{"firstName":"` + strings.Repeat("ü", 251) + `"}`: "firstName", `{"notes":"` + strings.Repeat("x", 4001) + `"}`: "notes",
		`{"email":"mia"}`: "email", `{"email3":"Mia <m@example.com>"}`: "email3", `{"mobilePhone":"call me"}`: "mobilePhone",
		`{"webPage":"javascript:alert(1)"}`: "webPage", `{"firstName":"x","birthday":"soon"}`: "birthday",
		`{"homeAddress":{"city":"` + strings.Repeat("x", 251) + `"}}`: "homeAddress",
	} {
		apitest.Refused(t, w.Do("ada", "POST", book, body), 400, "CMN-101", parameter)
	}
	apitest.Refused(t, w.Do("ada", "POST", book, `[1]`), 400, "CMN-103", "")
	if l := apitest.Get[rc.List[rc.PersonalContact]](w, "ada", book); len(l.Records) > 0 {
		t.Errorf("what was refused is there: %+v", l.Records)
	}
}

func TestTheList(t *testing.T) {
	w := newWorld(t)
	add(w, "ada", `{"firstName":"Mia","lastName":"Young","company":"Acme","mobilePhone":"4155550133"}`)
	add(w, "ada", `{"firstName":"bo","lastName":"Mills","company":"Zeta"}`)
	add(w, "ada", `{"firstName":"Al","lastName":"Zed"}`)
	for query, want := range map[string]string{
		"": "MiaA boA AlA", "?sortBy=FirstName": "AlA boA MiaA", "?sortBy=Company&sortBy=LastName": "AlA MiaA boA", "?startsWith=mi": "MiaA boA",
		"?phoneNumber=" + url.QueryEscape("(415) 555-0133"): "MiaA", "?phoneNumber=+14155550133": "MiaA", "?phoneNumber=4155550199": "",
		"?perPage=2&page=2": "AlA",
	} {
		if l := apitest.Get[rc.List[rc.PersonalContact]](w, "ada", book+query); names(l.Records) != want {
			t.Errorf("%s: %q, want %q", query, names(l.Records), want)
		}
	}
	l := apitest.Get[rc.List[rc.PersonalContact]](w, "ada", book+"?perPage=1&page=2")
	if l.Paging.TotalElements != 3 || l.Navigation.NextPage == nil || l.Navigation.PreviousPage == nil {
		t.Errorf("the middle of three pages: %+v %+v", l.Paging, l.Navigation)
	}
	if rec := w.Do("ada", "GET", book, nil); !strings.Contains(rec.Body.String(), `"groups":{"uri":"http://platform.example/restapi/v1.0/account/100001/extension/101001/address-book/group"}`) {
		t.Errorf("the list says nothing of groups: %s", rec.Body)
	}
	apitest.Refused(t, w.Do("ada", "GET", book+"?sortBy=Age", nil), 400, "CMN-101", "sortBy")
	apitest.Refused(t, w.Do("ada", "GET", book+"?phoneNumber=x", nil), 400, "CMN-101", "phoneNumber")
}

func TestSync(t *testing.T) {
	w := newWorld(t)
	var all []rc.PersonalContact
	for i := range 5 {
		all = append(all, add(w, "ada", fmt.Sprintf(`{"firstName":"c%d"}`, i)))
	}
	w.Do("ada", "DELETE", at(all[0]), nil)
	ask := func(query string) rc.AddressBookSync {
		t.Helper()
		return apitest.Get[rc.AddressBookSync](w, "ada", sync+"?"+query)
	}

	first := ask("syncType=FSync&perPage=2")
	if names(first.Records) != "c1A c2A" || first.SyncInfo != nil || first.NextPageID == 0 {
		t.Errorf("the first page: %s %+v", names(first.Records), first)
	}
	// While the client walks, one that it has is changed and one deleted.
	w.Do("ada", "PATCH", at(all[1]), `{"company":"new"}`)
	w.Do("ada", "DELETE", at(all[2]), nil)
	next, err := url.Parse(first.NextPageURI)
	if err != nil {
		t.Fatal(err)
	}
	got, last := "", rc.AddressBookSync{}
	for next != nil {
		last = apitest.Get[rc.AddressBookSync](w, "ada", next.RequestURI())
		got += names(last.Records) + " "
		next = nil
		if last.NextPageURI != "" {
			if next, err = url.Parse(last.NextPageURI); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got != "c3A c4A D c1A D " {
		t.Errorf("pages: %q", got)
	}
	if last.SyncInfo == nil || last.SyncInfo.SyncType != rc.FSync || last.SyncInfo.SyncToken == "" || last.SyncInfo.SyncTime.IsZero() {
		t.Fatalf("the last page: %+v", last)
	}

	quiet := ask("syncType=ISync&syncToken=" + last.SyncInfo.SyncToken)
	if len(quiet.Records) > 0 || quiet.SyncInfo == nil || quiet.SyncInfo.SyncType != rc.ISync {
		t.Errorf("nothing has changed: %+v", quiet)
	}
	w.Do("ada", "DELETE", at(all[3]), nil)
	add(w, "ada", `{"firstName":"c5"}`)
	some := ask("syncToken=" + quiet.SyncInfo.SyncToken + "&perPage=1")
	if len(some.Records) != 1 || some.Records[0].ID != all[3].ID || some.Records[0].Availability != rc.Deleted || some.NextPageID == 0 {
		t.Errorf("the first change: %+v", some)
	}
	rest := ask("syncToken=" + quiet.SyncInfo.SyncToken + fmt.Sprintf("&perPage=1&pageId=%d", some.NextPageID))
	if names(rest.Records) != "c5A" || rest.SyncInfo == nil {
		t.Errorf("the second: %+v", rest)
	}
	for query, parameter := range map[string]string{
		"syncType=ISync": "syncToken", "syncType=ISync&syncToken=x": "syncToken", "syncType=All": "syncType", "perPage=0": "perPage", "pageId=99": "pageId", "pageId=x": "pageId",
	} {
		apitest.Refused(t, w.Do("ada", "GET", sync+"?"+query, nil), 400, "CMN-101", parameter)
	}
	apitest.Refused(t, w.Do("bob", "GET", sync+"?syncType=ISync&syncToken="+rest.SyncInfo.SyncToken, nil), 400, "CMN-101", "syncToken")
}

func TestFavorites(t *testing.T) {
	w := newWorld(t)
	c := add(w, "ada", `{"firstName":"Mia"}`)
	theirs := add(w, "bob", `{"firstName":"His"}`)
	told := make(chan event.Event, 4)
	cancel, err := event.Subscribe(w.Bus, w.Log, func(e event.Event) { told <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	id := strconv.FormatInt(c.ID, 10)
	list := rc.Favorites{Records: []rc.Favorite{{ContactID: id}, {ExtensionID: "101002"}, {ContactID: id}}}
	want := []rc.Favorite{{ID: 1, ContactID: id}, {ID: 2, ExtensionID: "101002", AccountID: "100001"}}
	if got := apitest.Decode[rc.Favorites](t, w.Do("ada", "PUT", favorite, list), 200); !cmp.Equal(got.Records, want) || got.URI == "" {
		t.Errorf("put: %+v", got)
	}
	e := <-told
	if e.Filter != rc.ExtensionPath(apitest.Acme, apitest.Ada)+"/favorite" || e.Others != nil || string(e.Body) != `{"extensionId":"101001","ownerId":"101001"}` {
		t.Errorf("told: %+v %s", e, e.Body)
	}
	if got := apitest.Get[rc.Favorites](w, "ada", favorite); !cmp.Equal(got.Records, want) {
		t.Errorf("read: %+v", got)
	}
	if got := apitest.Get[rc.Favorites](w, "bob", favorite); got.Records == nil || len(got.Records) > 0 {
		t.Errorf("bob's: %+v", got)
	}
	for name, f := range map[string]rc.Favorite{
		"extensionId": {ExtensionID: "201001"}, "contactId": {ContactID: strconv.FormatInt(theirs.ID, 10)},
	} {
		apitest.Refused(t, w.Do("ada", "PUT", favorite, rc.Favorites{Records: []rc.Favorite{f}}), 400, "CMN-102", name)
	}
	apitest.Refused(t, w.Do("ada", "PUT", favorite, rc.Favorites{Records: []rc.Favorite{{ExtensionID: "1", ContactID: "2"}}}), 400, "CMN-101", "records")
	w.Do("ada", "DELETE", at(c), nil)
	if got := apitest.Get[rc.Favorites](w, "ada", favorite); len(got.Records) != 1 || got.Records[0].ExtensionID != "101002" {
		t.Errorf("without the deleted contact: %+v", got)
	}
}

func TestContactsInOneRequest(t *testing.T) {
	w := newWorld(t)
	mia, his := add(w, "ada", `{"firstName":"Mia"}`), add(w, "bob", `{"firstName":"Secret"}`)
	path := fmt.Sprintf("%s/%d,%d,x", book, mia.ID, his.ID)
	rec := w.Do("ada", "GET", path, nil, "Accept: application/vnd.ringcentral.multipart+json")
	var got []string
	for _, part := range apitest.Decode[[]struct {
		Status int                `json:"status"`
		Body   rc.PersonalContact `json:"body"`
	}](t, rec, 207) {
		got = append(got, fmt.Sprint(part.Status, part.Body.FirstName))
	}
	if want := "200Mia 404 404"; strings.Join(got, " ") != want {
		t.Errorf("parts %v, want %s", got, want)
	}
	apitest.Refused(t, w.Do("ada", "GET", book+"/1"+strings.Repeat(",1", 30), nil), 400, "CMN-106", "")
}
