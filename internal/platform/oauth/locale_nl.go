package oauth

import "offhook/internal/rc"

var dutch = texts{
	Lang: "nl",

	SignIn:       "Inloggen",
	SignInTo:     "Inloggen bij %s",
	GoOnTo:       "om verder te gaan naar %s",
	Username:     "E-mail of telefoonnummer",
	UsernameHint: "Met een toestelnummer: %s",
	Password:     "Wachtwoord",
	Cancel:       "Annuleren",
	SentBack:     "Daarna gaat u terug naar %s.",

	FillIn:        "Vul uw e-mailadres of telefoonnummer en uw wachtwoord in.",
	WrongPassword: "De gebruikersnaam of het wachtwoord klopt niet.",
	WaitSeconds:   "Te veel pogingen. Wacht %d seconden en probeer het dan opnieuw.",
	WaitMinutes:   "Te veel pogingen. Wacht %d minuten en probeer het dan opnieuw.",

	ChooseTitle:  "Verder naar %s?",
	ChooseLead:   "U bent in deze browser ingelogd.",
	ContinueAs:   "Verder als %s",
	OtherAccount: "Een ander account gebruiken",

	ConsentTitle: "%s toestaan?",
	ConsentBy:    "Een app van %s",
	ConsentLead:  "De app wil dit namens u doen:",
	Allow:        "Toestaan",
	ConsentCare:  "Sta alleen toe wat u kent. In elk geval gaat u terug naar %s.",

	RefusalTitle:  "Deze aanmelding kan niet verder",
	Close:         "U kunt dit venster sluiten.",
	ForDevelopers: "Voor de beheerder van de app:",

	UnknownApp:     "Deze app is hier niet geregistreerd. Vraag de beheerder de client-ID te controleren.",
	ForeignAddress: "De app vroeg om een antwoord op een adres dat niet voor de app is geregistreerd, dus er is niets verstuurd. Vraag de beheerder de redirect-URI te registreren.",
	NoAddress:      "Er is geen adres geregistreerd waarop deze app antwoord kan krijgen. Vraag de beheerder de redirect-URI te registreren.",
	CrossSite:      "Deze aanmelding kwam van een andere site en is niet gebruikt. Ga terug naar de app en log opnieuw in.",
	Stale:          "Deze pagina is te oud, of de browser heeft de cookie geweigerd. Sta cookies voor deze site toe, ga terug naar de app en log opnieuw in.",
	Expired:        "Deze aanmelding is verlopen of al gebruikt. Ga terug naar de app en log opnieuw in.",
	Broken:         "De app vroeg om de aanmelding op een manier die niet te begrijpen is. Vraag de beheerder naar de details hieronder te kijken.",
	Failed:         "Hier ging iets mis. Ga terug naar de app en probeer het opnieuw.",

	LeaveTitle: "%s kreeg geen toestemming",
	LeaveLead:  "%s hoort bij een ander bedrijf. Ga er alleen heen als u het vertrouwt.",
	LeaveLink:  "Naar %s gaan",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "Het account van uw bedrijf, de gebruikers en hun instellingen beheren",
		rc.CallControl:       "Uw gesprekken zien en bedienen: opnemen, in de wacht zetten, doorverbinden, opnemen op band, ophangen",
		rc.Contacts:          "Uw contacten lezen en wijzigen",
		rc.EditAccounts:      "De gegevens van uw bedrijf en uw eigen instellingen lezen en wijzigen",
		rc.EditCallLog:       "Uw gesprekslijst lezen en er regels uit verwijderen",
		rc.EditExtensions:    "Uw eigen instellingen wijzigen",
		rc.EditMessages:      "Uw berichten en voicemail lezen, wijzigen en verwijderen",
		rc.EditPresence:      "Zien en wijzigen of u bereikbaar bent",
		rc.Faxes:             "Uw berichten lezen en faxen versturen",
		rc.InternalMessages:  "Uw berichten lezen en collega’s schrijven",
		rc.ReadAccounts:      "Uw profiel, de gegevens van uw bedrijf en de adreslijst zien",
		rc.ReadCallLog:       "Uw gesprekslijst zien",
		rc.ReadCallRecording: "Uw gesprekslijst zien en opnamen beluisteren",
		rc.ReadContacts:      "Uw contacten zien",
		rc.ReadMessages:      "Uw sms’en, faxen en voicemail lezen",
		rc.ReadPresence:      "Zien of u en uw collega’s bereikbaar zijn",
		rc.RingOut:           "Gesprekken beginnen die eerst uw telefoon laten overgaan",
		rc.SMS:               "Uw berichten lezen en sms’en vanaf uw nummers",
		rc.TeamMessaging:     "Lezen en schrijven in uw teamchats",
		rc.Video:             "Uw videovergaderingen beginnen en beheren",
		rc.VoipCalling:       "Bellen en gebeld worden in de browser",
		rc.WebSocket:         "Meteen bericht krijgen als hier iets van verandert",
	},
	OpenID: map[string]string{
		"openid":  "Weten wie u bent",
		"email":   "Uw e-mailadres zien",
		"profile": "Uw naam zien",
	},
}
