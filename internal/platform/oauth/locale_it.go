package oauth

import "offhook/internal/rc"

var italian = texts{
	Lang: "it",

	SignIn:       "Accedi",
	SignInTo:     "Accedi a %s",
	GoOnTo:       "per continuare su %s",
	Username:     "E-mail o numero di telefono",
	UsernameHint: "Con un interno: %s",
	Password:     "Password",
	Cancel:       "Annulla",
	SentBack:     "Dopo tornerai a %s.",

	FillIn:        "Inserisci l’indirizzo e-mail o il numero di telefono, e la password.",
	WrongPassword: "Il nome utente o la password non è corretto.",
	WaitSeconds:   "Troppi tentativi. Attendi %d secondi, poi riprova.",
	WaitMinutes:   "Troppi tentativi. Attendi %d minuti, poi riprova.",

	ChooseTitle:  "Continuare su %s?",
	ChooseLead:   "Hai già effettuato l’accesso in questo browser.",
	ContinueAs:   "Continua come %s",
	OtherAccount: "Usa un altro account",

	ConsentTitle: "Consentire %s?",
	ConsentBy:    "Un’app di %s",
	ConsentLead:  "Vuole fare questo a nome tuo:",
	Allow:        "Consenti",
	ConsentCare:  "Consenti solo ciò che conosci. In ogni caso tornerai a %s.",

	RefusalTitle:  "Questo accesso non può continuare",
	Close:         "Puoi chiudere questa finestra.",
	ForDevelopers: "Per chi gestisce l’app:",

	UnknownApp:     "Questa app non è registrata qui. Chiedi a chi la gestisce di controllare il client ID.",
	ForeignAddress: "L’app ha chiesto la risposta a un indirizzo che non è registrato per lei, quindi non è stato inviato nulla. Chiedi a chi la gestisce di registrare l’URI di reindirizzamento.",
	NoAddress:      "Nessun indirizzo è registrato per rispondere a questa app. Chiedi a chi la gestisce di registrare l’URI di reindirizzamento.",
	CrossSite:      "Questo accesso è arrivato da un altro sito e non è stato usato. Torna all’app e accedi di nuovo.",
	Stale:          "Questa pagina è troppo vecchia, oppure il browser ha rifiutato il suo cookie. Consenti i cookie per questo sito, torna all’app e accedi di nuovo.",
	Expired:        "Questo accesso è scaduto o è già stato usato. Torna all’app e accedi di nuovo.",
	Broken:         "L’app ha chiesto l’accesso in un modo che non si capisce. Chiedi a chi la gestisce di guardare i dettagli qui sotto.",
	Failed:         "Qualcosa qui è andato storto. Torna all’app e riprova.",

	LeaveTitle: "A %s non è stato consentito nulla",
	LeaveLead:  "%s appartiene a un’altra azienda. Vai lì solo se ti fidi.",
	LeaveLink:  "Vai a %s",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "Gestire l’account della tua azienda, gli utenti e le loro impostazioni",
		rc.CallControl:       "Vedere e controllare le chiamate: rispondere, mettere in attesa, trasferire, registrare, riagganciare",
		rc.Contacts:          "Leggere e modificare i contatti",
		rc.EditAccounts:      "Leggere e modificare i dati della tua azienda e le tue impostazioni",
		rc.EditCallLog:       "Leggere il registro delle chiamate ed eliminarne voci",
		rc.EditExtensions:    "Modificare le tue impostazioni",
		rc.EditMessages:      "Leggere, modificare ed eliminare i messaggi e la segreteria",
		rc.EditPresence:      "Vedere e modificare la tua disponibilità",
		rc.Faxes:             "Leggere i messaggi e inviare fax",
		rc.InternalMessages:  "Leggere i messaggi e scrivere ai colleghi",
		rc.ReadAccounts:      "Vedere il tuo profilo, i dati della tua azienda e la sua rubrica",
		rc.ReadCallLog:       "Vedere il registro delle chiamate",
		rc.ReadCallRecording: "Vedere il registro delle chiamate e ascoltare le registrazioni",
		rc.ReadContacts:      "Vedere i contatti",
		rc.ReadMessages:      "Leggere SMS, fax e segreteria",
		rc.ReadPresence:      "Vedere se tu e i colleghi siete disponibili",
		rc.RingOut:           "Avviare chiamate che fanno squillare prima il tuo telefono",
		rc.SMS:               "Leggere i messaggi e inviare SMS dai tuoi numeri",
		rc.TeamMessaging:     "Leggere e scrivere nelle chat del team",
		rc.Video:             "Avviare e gestire le riunioni video",
		rc.VoipCalling:       "Fare e ricevere chiamate nel browser",
		rc.WebSocket:         "Essere avvisata subito quando qualcosa di questo cambia",
	},
	OpenID: map[string]string{
		"openid":  "Sapere chi sei",
		"email":   "Vedere il tuo indirizzo e-mail",
		"profile": "Vedere il tuo nome",
	},
}
