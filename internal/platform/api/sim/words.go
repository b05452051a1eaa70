package sim

// office is what colleagues write.
var office = []string{
	"Are you at your desk?",
	"The Larkspur keys are back in the drawer.",
	"Could you look at the offer for 14 Alder Court before four?",
	"I moved the Henderson showing to Thursday, 10:30.",
	"Printer on the second floor is out of toner again.",
	"The photographer can come tomorrow between 9 and 11. Which do you prefer?",
	"Lunch at the harbor? The fish place has a table at one.",
	"The bank called about the Tanaka file, I said you would ring back.",
	"New listing: 3 bedrooms, garden, 2.4 km from the station.",
	"Draft contract is in the shared folder, version 3.",
	"Reminder: the fire drill is at 15:00.",
	"Thanks! I owe you a coffee ☕",
}

// threads are what customers write, a few texts in a row.
var threads = [][]string{
	{"Hello, is the apartment on Larkspur Street still available?", "We could come and see it on Saturday.", "Two adults and a very quiet dog 🐕"},
	{"Good news from the bank!", "They need one more signature on page 4. Can I send it by e-mail?"},
	{"Running ten minutes late, sorry!", "Parking now."},
	{"The heating at 14 Alder Court makes a noise like a kettle.", "Could somebody have a look this week?"},
	{"Thank you for the tour today.", "We would like to make an offer. What happens next?", "Is 512,000 a sensible number to begin with?"},
	{"Which documents do you need from us?"},
	{"Did you get my message about the deposit?", "It should have arrived on Monday."},
	{"¿Hablan español?", "Mi madre busca un piso de dos habitaciones cerca del puerto."},
	{"OK", "See you at 3 pm then"},
	{"https://harborpine.example/listings/larkspur-12 — is this the one with the balcony?"},
}

// voices are what people say to the machine.
var voices = []string{
	"Hello, this is about the apartment on Larkspur Street. Please call me back when you have a minute. Thank you.",
	"Hi, it's me. The inspector was here and found nothing serious. I will send you the report tonight.",
	"Good afternoon, I am calling from the title company. We need to move tomorrow's appointment to four o'clock.",
	"I think we were cut off. Try me again in half an hour, I am on the train.",
	"Just wanted to say that we love the house. Let's talk about the price.",
}

// papers are what faxes say.
var papers = []string{
	"PRELIMINARY TITLE REPORT\n\nProperty: 14 Alder Court\n\nTaxes for the current year are paid.\nNo liens are recorded.\n\nPlease call us with any question before closing.",
	"NOTICE OF RECORDING\n\nThe deed for 12 Larkspur Street has been recorded.\n\nDocument 26-118870, 4 pages.",
	"PROOF OF INSURANCE\n\nInsured: Henderson\nProperty: 14 Alder Court\nCoverage begins on the day of closing.\n\nThis page is not a bill.",
	"REQUEST FOR SIGNATURE\n\nPage 4 of the offer needs initials beside paragraph 11.\nPlease sign and send it back by fax or e-mail.\n\nThank you.",
}
