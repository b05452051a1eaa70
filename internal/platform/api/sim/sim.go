// Package sim makes a telephone ring with life: people who text, call, leave
// voicemail and send faxes, as a plan that the same seed writes the same way, played
// at any speed. It knows nothing of how a step happens; whoever plays does.
package sim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"
)

// Kinds of a [Step].
const (
	Text      = "text"
	Call      = "call"
	Voicemail = "voicemail"
	Fax       = "fax"
)

// A Person is somebody with a number.
type Person struct {
	Name   string
	Number string // E.164
}

// A Step is something that happens to the phone of the simulation.
type Step struct {
	At       time.Duration // since the beginning, in the simulation's time
	Kind     string
	From, To Person
	Words    string        // of a text or voicemail, or what a fax says
	Outcome  string        // of a call, as calllog has it
	Length   time.Duration // of a call or voicemail
}

// A Cast is who takes part.
type Cast struct {
	Me         Person   // whose phone it is
	Colleagues []Person // of the same company; there may be none
}

// Customers are the people outside. Their numbers are from the range that
// North America keeps for fiction.
var Customers = []Person{
	{"Dana Whitfield", "+14155550177"}, {"Paul Henderson", "+14155550147"}, {"Yuki Tanaka", "+13125550186"}, {"Rosa Delgado", "+14155550163"},
	{"Omar Haddad", "+14155550109"}, {"Ingrid Solberg", "+14155550134"}, {"Tom Baxter", "+14155550155"}, {"Lucía Ferrer", "+14155550121"},
}

// Offices are those that still send faxes, with what their machines say.
var Offices = []Person{
	{"Bayside Title Co", "+14155550190"}, {"County Recorder", "+16505550171"}, {"Alder Insurance", "+14155550168"},
}

// A Scenario is a kind of day.
type Scenario struct {
	Name  string
	About string
	Long  time.Duration // unless somebody wants another length
	write func(w *writer)
}

// Scenarios lists them.
var Scenarios = []Scenario{
	{"colleague", "one colleague texts, line after line", 20 * time.Minute, (*writer).colleague},
	{"afternoon", "texts, calls, voicemail and faxes of a busy afternoon", 4 * time.Hour, (*writer).afternoon},
	{"fax", "a fax that arrives", time.Minute, (*writer).fax},
	{"storm", "many texts from many people at once", 10 * time.Minute, (*writer).storm},
}

// Find returns the scenario of a name.
func Find(name string) (Scenario, bool) {
	i := slices.IndexFunc(Scenarios, func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return Scenario{}, false
	}
	return Scenarios[i], true
}

// Plan writes what happens in so long, the same for the same seed and cast.
func Plan(s Scenario, seed uint64, cast Cast, long time.Duration) []Step {
	w := &writer{Rand: rand.New(rand.NewPCG(seed, 0x0ff)), cast: cast, left: long}
	s.write(w)
	slices.SortStableFunc(w.steps, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return w.steps
}

// A writer writes a plan.
type writer struct {
	*rand.Rand
	cast  Cast
	left  time.Duration // how long the plan is
	steps []Step
}

// between draws a time from a range, in whole seconds.
func (w *writer) between(low, high time.Duration) time.Duration {
	return low + time.Duration(w.Int64N(int64((high-low)/time.Second)+1))*time.Second
}

func (w *writer) one(of []string) string { return of[w.IntN(len(of))] }

// companion is the first colleague, or a customer where there is none.
func (w *writer) companion() Person {
	if len(w.cast.Colleagues) > 0 {
		return w.cast.Colleagues[0]
	}
	return Customers[0]
}

func (w *writer) add(s Step) {
	if s.At < w.left {
		w.steps = append(w.steps, s)
	}
}

func (w *writer) colleague() {
	from := w.companion()
	at := w.between(2*time.Second, 10*time.Second)
	for i := 0; at < w.left; i++ {
		w.add(Step{At: at, Kind: Text, From: from, To: w.cast.Me, Words: office[i%len(office)]})
		at += w.between(20*time.Second, 90*time.Second)
	}
}

func (w *writer) afternoon() {
	at := w.between(0, time.Minute)
	for at < w.left {
		switch n := w.IntN(100); {
		case n < 40:
			w.thread(at)
		case n < 55 && len(w.cast.Colleagues) > 0:
			from := w.cast.Colleagues[w.IntN(len(w.cast.Colleagues))]
			w.add(Step{At: at, Kind: Text, From: from, To: w.cast.Me, Words: w.one(office)})
		case n >= 95:
			w.paper(at)
		default:
			w.call(at)
		}
		at += w.between(90*time.Second, 9*time.Minute)
	}
}

// fax is one fax of an office, soon after the beginning.
func (w *writer) fax() { w.paper(w.between(2*time.Second, 8*time.Second)) }

// paper is a fax of some office.
func (w *writer) paper(at time.Duration) {
	w.add(Step{At: at, Kind: Fax, From: Offices[w.IntN(len(Offices))], To: w.cast.Me, Words: w.one(papers)})
}

// thread is a customer who writes a few texts in a row.
func (w *writer) thread(at time.Duration) {
	from, lines := Customers[w.IntN(len(Customers))], threads[w.IntN(len(threads))]
	for _, words := range lines {
		w.add(Step{At: at, Kind: Text, From: from, To: w.cast.Me, Words: words})
		at += w.between(8*time.Second, 70*time.Second)
	}
}

// call is a call, which may end with voicemail.
func (w *writer) call(at time.Duration) {
	them := Customers[w.IntN(len(Customers))]
	switch n := w.IntN(10); {
	case n < 4:
		s := Step{At: at, Kind: Call, From: them, To: w.cast.Me, Outcome: "answered", Length: w.between(30*time.Second, 8*time.Minute)}
		if n == 0 {
			s.From, s.To = s.To, s.From
		}
		w.add(s)
	case n < 7:
		w.add(Step{At: at, Kind: Call, From: them, To: w.cast.Me, Outcome: "missed", Length: w.between(10*time.Second, 25*time.Second)})
	default:
		long := w.between(6*time.Second, 24*time.Second)
		w.add(Step{At: at, Kind: Call, From: them, To: w.cast.Me, Outcome: "voicemail", Length: long})
		w.add(Step{At: at, Kind: Voicemail, From: them, To: w.cast.Me, Words: w.one(voices), Length: long})
	}
}

func (w *writer) storm() {
	for at := time.Duration(0); at < w.left; at += w.between(time.Second, 3*time.Second) {
		w.add(Step{At: at, Kind: Text, From: Customers[w.IntN(len(Customers))], To: w.cast.Me, Words: w.one(threads[w.IntN(len(threads))])})
	}
}
