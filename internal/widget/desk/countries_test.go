package desk

import (
	"slices"
	"testing"
)

func TestCountriesStandWherePeopleLookForThem(t *testing.T) {
	at := func(name string) int {
		i := slices.IndexFunc(Countries(), func(c Country) bool { return c.Name == name })
		if i < 0 {
			t.Errorf("there is no %s", name)
		}
		return i
	}
	for _, pair := range [][2]string{{"Åland Islands", "Zimbabwe"}, {"Côte d’Ivoire", "Croatia"}, {"Réunion", "Romania"}, {"Eswatini", "Sweden"}, {"Nigeria", "North Macedonia"}} {
		if at(pair[0]) > at(pair[1]) {
			t.Errorf("%s stands after %s", pair[0], pair[1])
		}
	}
}
