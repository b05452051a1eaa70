package hostpage

import (
	"fmt"
	"strings"
)

// A Contact is a row of the CRM.
type Contact struct {
	ID       string
	Name     string
	Title    string
	Company  string
	Email    string
	Phone    string // E.164
	Stage    string
	Tone     string // colour of the stage: open, won, wait or team
	Opening  string // how a text to them may begin
	Activity []Activity
}

// An Activity is a line of a contact's history.
type Activity struct {
	When string
	What string
	Text string
}

// customers have numbers that are kept for fiction (555-01xx): nobody is
// texted, and the phone shows how a failed delivery looks.
var customers = []Contact{
	{
		ID: "dalia", Name: "Dalia Haddad", Title: "Head of Operations", Company: "Northwind Bakery", Email: "dalia@northwind.example",
		Phone: "+14155550142", Stage: "Proposal", Tone: "open", Opening: "Hi Dalia, the revised quote is ready. Shall I walk you through it?",
		Activity: []Activity{
			{"Today, 09:12", "Email", "Asked for delivery twice a week instead of once."},
			{"Thursday", "Meeting", "Walked the site with the night shift; they need labels in two languages."},
			{"12 November", "Note", "Decision by the end of the month. Budget is signed off."},
		},
	},
	{
		ID: "jonas", Name: "Jonas Lindqvist", Title: "Owner", Company: "Lindqvist Cycles", Email: "jonas@lindqvist.example",
		Phone: "+12065550117", Stage: "Negotiation", Tone: "wait", Opening: "Hello Jonas, your two frames arrived this morning.",
		Activity: []Activity{
			{"Yesterday", "Call", "Wants the spring order split in two deliveries."},
			{"8 November", "Email", "Sent the price list for 60 and more."},
		},
	},
	{
		ID: "yuki", Name: "Yuki Tanaka", Title: "Purchasing", Company: "Harbor Clinics", Email: "yuki.tanaka@harbor.example",
		Phone: "+13125550186", Stage: "Customer", Tone: "won", Opening: "Hi Yuki, your renewal papers are in your inbox.",
		Activity: []Activity{
			{"Monday", "Note", "Renewed for two years. Send flowers."},
			{"2 November", "Call", "Happy with the new portal; one login is missing."},
		},
	},
	{
		ID: "ruth", Name: "Ruth Abernathy", Title: "Facilities Manager", Company: "Abernathy & Sons", Email: "ruth@abernathy.example",
		Phone: "+16175550123", Stage: "First contact", Tone: "open", Opening: "Hello Ruth, thanks for your call. When may I drop by?",
		Activity: []Activity{{"Friday", "Web form", "Three warehouses, about forty people. Found us through Harbor Clinics."}},
	},
}

// contacts are the customers, after the colleagues who have the phone too:
// they are the ones who can answer.
func contacts(users []User) []Contact {
	var all []Contact
	for i, u := range users {
		all = append(all, Contact{
			ID: fmt.Sprintf("user-%d", i), Name: u.Name, Title: "Extension " + u.ExtensionNumber, Company: "Your team",
			Email: u.Username, Phone: u.PhoneNumber, Stage: "Colleague", Tone: "team",
			Opening:  "Hi " + firstName(u.Name) + ", do you have a minute?",
			Activity: []Activity{{"This week", "Note", "Has the phone, too. Sign in as " + firstName(u.Name) + " in another browser to answer."}},
		})
	}
	return append(all, customers...)
}

func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}
