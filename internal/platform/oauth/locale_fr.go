package oauth

import "offhook/internal/rc"

var french = texts{
	Lang: "fr",

	SignIn:       "Se connecter",
	SignInTo:     "Se connecter à %s",
	GoOnTo:       "pour continuer vers %s",
	Username:     "E-mail ou numéro de téléphone",
	UsernameHint: "Avec un poste : %s",
	Password:     "Mot de passe",
	Cancel:       "Annuler",
	SentBack:     "Vous serez ensuite renvoyé vers %s.",

	FillIn:        "Saisissez votre adresse e-mail ou votre numéro de téléphone, et votre mot de passe.",
	WrongPassword: "L’e-mail, le numéro ou le mot de passe est incorrect.",
	WaitSeconds:   "Trop de tentatives. Attendez %d secondes, puis réessayez.",
	WaitMinutes:   "Trop de tentatives. Attendez %d minutes, puis réessayez.",

	ChooseTitle:  "Continuer vers %s ?",
	ChooseLead:   "Vous êtes connecté dans ce navigateur.",
	ContinueAs:   "Continuer en tant que %s",
	OtherAccount: "Utiliser un autre compte",

	ConsentTitle: "Autoriser %s ?",
	ConsentBy:    "Une application de %s",
	ConsentLead:  "L’application souhaite, en votre nom :",
	Allow:        "Autoriser",
	ConsentCare:  "N’autorisez que ce que vous connaissez. Dans tous les cas, vous serez renvoyé vers %s.",

	RefusalTitle:  "Cette connexion ne peut pas continuer",
	Close:         "Vous pouvez fermer cette fenêtre.",
	ForDevelopers: "Pour le responsable de l’application :",

	UnknownApp:     "Cette application n’est pas enregistrée ici. Demandez à son responsable de vérifier son identifiant client.",
	ForeignAddress: "L’application a demandé une réponse à une adresse qui n’est pas enregistrée pour elle ; rien n’a donc été envoyé. Demandez à son responsable d’enregistrer l’URI de redirection.",
	NoAddress:      "Aucune adresse de réponse n’est enregistrée pour cette application. Demandez à son responsable d’enregistrer l’URI de redirection.",
	CrossSite:      "Cette connexion venait d’un autre site ; elle n’a pas été utilisée. Revenez à l’application et connectez-vous de nouveau.",
	Stale:          "Cette page est trop ancienne, ou le navigateur a refusé son cookie. Autorisez les cookies de ce site, revenez à l’application et connectez-vous de nouveau.",
	Expired:        "Cette connexion a expiré ou a déjà servi. Revenez à l’application et connectez-vous de nouveau.",
	Broken:         "L’application a demandé la connexion d’une manière incompréhensible. Demandez à son responsable de regarder les détails ci-dessous.",
	Failed:         "Une erreur s’est produite ici. Revenez à l’application et réessayez.",

	LeaveTitle: "%s n’a reçu aucune autorisation",
	LeaveLead:  "%s appartient à une autre entreprise. N’y allez que si vous lui faites confiance.",
	LeaveLink:  "Aller vers %s",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "gérer le compte de votre entreprise, ses utilisateurs et leurs réglages",
		rc.CallControl:       "voir et contrôler vos appels : répondre, mettre en attente, transférer, enregistrer, raccrocher",
		rc.Contacts:          "lire et modifier vos contacts",
		rc.EditAccounts:      "lire et modifier les données de votre entreprise et vos propres réglages",
		rc.EditCallLog:       "lire votre historique d’appels et en supprimer des entrées",
		rc.EditExtensions:    "modifier vos propres réglages",
		rc.EditMessages:      "lire, modifier et supprimer vos messages et votre messagerie vocale",
		rc.EditPresence:      "voir et modifier votre disponibilité",
		rc.Faxes:             "lire vos messages et envoyer des fax",
		rc.InternalMessages:  "lire vos messages et écrire à vos collègues",
		rc.ReadAccounts:      "voir votre profil, les données de votre entreprise et son annuaire",
		rc.ReadCallLog:       "voir votre historique d’appels",
		rc.ReadCallRecording: "voir votre historique d’appels et écouter les enregistrements",
		rc.ReadContacts:      "voir vos contacts",
		rc.ReadMessages:      "lire vos SMS, vos fax et votre messagerie vocale",
		rc.ReadPresence:      "voir si vous et vos collègues êtes disponibles",
		rc.RingOut:           "lancer des appels qui font d’abord sonner votre téléphone",
		rc.SMS:               "lire vos messages et envoyer des SMS depuis vos numéros",
		rc.TeamMessaging:     "lire et écrire dans vos discussions d’équipe",
		rc.Video:             "démarrer et gérer vos réunions vidéo",
		rc.VoipCalling:       "passer et recevoir des appels dans le navigateur",
		rc.WebSocket:         "être prévenue aussitôt que quelque chose y change",
	},
	OpenID: map[string]string{
		"openid":  "savoir qui vous êtes",
		"email":   "voir votre adresse e-mail",
		"profile": "voir votre nom",
	},
}
