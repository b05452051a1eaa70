package oauth

import "offhook/internal/rc"

var german = texts{
	Lang: "de",

	SignIn:       "Anmelden",
	SignInTo:     "Anmelden bei %s",
	GoOnTo:       "um mit %s fortzufahren",
	Username:     "E-Mail oder Telefonnummer",
	UsernameHint: "Mit Nebenstelle: %s",
	Password:     "Passwort",
	Cancel:       "Abbrechen",
	SentBack:     "Danach geht es zurück zu %s.",

	FillIn:        "Geben Sie Ihre E-Mail-Adresse oder Telefonnummer und Ihr Passwort ein.",
	WrongPassword: "E-Mail, Telefonnummer oder Passwort stimmt nicht.",
	WaitSeconds:   "Zu viele Versuche. Warten Sie %d Sekunden und versuchen Sie es dann noch einmal.",
	WaitMinutes:   "Zu viele Versuche. Warten Sie %d Minuten und versuchen Sie es dann noch einmal.",

	ChooseTitle:  "Weiter mit %s?",
	ChooseLead:   "Sie sind in diesem Browser angemeldet.",
	ContinueAs:   "Weiter als %s",
	OtherAccount: "Anderes Konto verwenden",

	ConsentTitle: "%s zulassen?",
	ConsentBy:    "Eine App von %s",
	ConsentLead:  "Die App möchte in Ihrem Namen:",
	Allow:        "Zulassen",
	ConsentCare:  "Lassen Sie nur zu, was Sie kennen. In jedem Fall geht es zurück zu %s.",

	RefusalTitle:  "Diese Anmeldung geht nicht weiter",
	Close:         "Sie können dieses Fenster schließen.",
	ForDevelopers: "Für den Betreiber der App:",

	UnknownApp:     "Diese App ist hier nicht registriert. Bitten Sie den Betreiber, ihre Client-ID zu prüfen.",
	ForeignAddress: "Die App wollte die Antwort an einer Adresse, die nicht für sie registriert ist; deshalb wurde nichts gesendet. Bitten Sie den Betreiber, die Redirect-URI zu registrieren.",
	NoAddress:      "Für diese App ist keine Adresse registriert, an die geantwortet werden könnte. Bitten Sie den Betreiber, die Redirect-URI zu registrieren.",
	CrossSite:      "Diese Anmeldung kam von einer anderen Website und wurde nicht verwendet. Gehen Sie zurück zur App und melden Sie sich noch einmal an.",
	Stale:          "Diese Seite ist zu alt, oder der Browser hat ihr Cookie abgelehnt. Erlauben Sie Cookies für diese Website, gehen Sie zurück zur App und melden Sie sich noch einmal an.",
	Expired:        "Diese Anmeldung ist abgelaufen oder wurde schon verwendet. Gehen Sie zurück zur App und melden Sie sich noch einmal an.",
	Broken:         "Die App hat die Anmeldung auf eine Weise angefordert, die nicht verständlich ist. Bitten Sie den Betreiber, sich die Angaben unten anzusehen.",
	Failed:         "Hier ist etwas schiefgegangen. Gehen Sie bitte zurück zur App und versuchen Sie es noch einmal.",

	LeaveTitle: "%s wurde nichts erlaubt",
	LeaveLead:  "%s gehört einer anderen Firma. Gehen Sie nur dorthin, wenn Sie ihr vertrauen.",
	LeaveLink:  "Zu %s gehen",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "das Konto Ihrer Firma, ihre Benutzer und deren Einstellungen verwalten",
		rc.CallControl:       "Ihre Anrufe sehen und steuern: annehmen, halten, weiterleiten, aufzeichnen, auflegen",
		rc.Contacts:          "Ihre Kontakte lesen und ändern",
		rc.EditAccounts:      "die Daten Ihrer Firma und Ihre eigenen Einstellungen lesen und ändern",
		rc.EditCallLog:       "Ihren Anrufverlauf lesen und Einträge löschen",
		rc.EditExtensions:    "Ihre eigenen Einstellungen ändern",
		rc.EditMessages:      "Ihre Nachrichten und Voicemails lesen, ändern und löschen",
		rc.EditPresence:      "sehen und ändern, ob Sie erreichbar sind",
		rc.Faxes:             "Ihre Nachrichten lesen und Faxe senden",
		rc.InternalMessages:  "Ihre Nachrichten lesen und Kollegen schreiben",
		rc.ReadAccounts:      "Ihr Profil, die Daten Ihrer Firma und ihr Verzeichnis sehen",
		rc.ReadCallLog:       "Ihren Anrufverlauf sehen",
		rc.ReadCallRecording: "Ihren Anrufverlauf sehen und Aufzeichnungen anhören",
		rc.ReadContacts:      "Ihre Kontakte sehen",
		rc.ReadMessages:      "Ihre SMS, Faxe und Voicemails lesen",
		rc.ReadPresence:      "sehen, ob Sie und Ihre Kollegen erreichbar sind",
		rc.RingOut:           "Anrufe beginnen, die zuerst Ihr Telefon klingeln lassen",
		rc.SMS:               "Ihre Nachrichten lesen und SMS von Ihren Nummern senden",
		rc.TeamMessaging:     "in Ihren Team-Chats lesen und schreiben",
		rc.Video:             "Ihre Videokonferenzen beginnen und verwalten",
		rc.VoipCalling:       "im Browser anrufen und Anrufe annehmen",
		rc.WebSocket:         "sofort erfahren, wenn sich davon etwas ändert",
	},
	OpenID: map[string]string{
		"openid":  "wissen, wer Sie sind",
		"email":   "Ihre E-Mail-Adresse sehen",
		"profile": "Ihren Namen sehen",
	},
}
