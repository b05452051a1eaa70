package desk

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
)

func TestQueuesAreNoColleagues(t *testing.T) {
	p := newPeople("US", []rc.DirectoryEntry{
		{ID: "1", Type: "User", FirstName: "Ada", LastName: "Archer", ExtensionNumber: "101"},
		{ID: "2", Type: "User", FirstName: "Ben", LastName: "Brook", ExtensionNumber: "102"},
		{ID: "3", Type: rc.TypeDepartment, Name: "Sales", ExtensionNumber: "900", PhoneNumbers: []rc.DirectoryNumber{{PhoneNumber: "+16505550190", UsageType: "DirectNumber"}}},
		{ID: "4", Type: rc.TypeDepartment, Name: "Secret", ExtensionNumber: "901", Hidden: true},
	})
	names := func(b *contact.Book) (all []string) {
		for _, c := range contact.Search("", b).Window(0, b.Len()) {
			all = append(all, c.Type+" "+c.Name)
		}
		return all
	}
	if diff := cmp.Diff([]string{"company Ben Brook"}, names(p.book(contact.Company, "1"))); diff != "" {
		t.Errorf("colleagues (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"queue Sales"}, names(p.book(contact.Queue, ""))); diff != "" {
		t.Errorf("queues (-want +got):\n%s", diff)
	}
}
