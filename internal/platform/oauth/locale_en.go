package oauth

import "offhook/internal/rc"

var english = texts{
	Lang: "en",

	SignIn:       "Sign in",
	SignInTo:     "Sign in to %s",
	GoOnTo:       "to go on to %s",
	Username:     "E-mail or phone number",
	UsernameHint: "With an extension: %s",
	Password:     "Password",
	Cancel:       "Cancel",
	SentBack:     "You will be sent back to %s.",

	FillIn:        "Enter your e-mail address or phone number, and your password.",
	WrongPassword: "The user name or the password is not right.",
	WaitSeconds:   "Too many attempts. Wait %d seconds, then try again.",
	WaitMinutes:   "Too many attempts. Wait %d minutes, then try again.",

	ChooseTitle:  "Go on to %s?",
	ChooseLead:   "You are signed in in this browser.",
	ContinueAs:   "Continue as %s",
	OtherAccount: "Use another account",

	ConsentTitle: "Allow %s?",
	ConsentBy:    "An app by %s",
	ConsentLead:  "It wants to do this in your name:",
	Allow:        "Allow",
	ConsentCare:  "Allow only what you trust. Either way you will be sent back to %s.",

	RefusalTitle:  "This sign-in cannot go on",
	Close:         "You can close this window.",
	ForDevelopers: "For whoever runs the app:",

	UnknownApp:     "This app is not registered here. Ask whoever runs it to check its client ID.",
	ForeignAddress: "The app asked to be answered at an address that is not registered for it, so nothing was sent. Ask whoever runs the app to register its redirect URI.",
	NoAddress:      "No address is registered where the app could be answered. Ask whoever runs the app to register its redirect URI.",
	CrossSite:      "This sign-in was sent by another site, so it was not used. Go back to the app and sign in again.",
	Stale:          "This page is too old, or the browser refused its cookie. Allow cookies for this site, go back to the app and sign in again.",
	Expired:        "This sign-in has expired or was used before. Go back to the app and sign in again.",
	Broken:         "The app asked for the sign-in in a way that cannot be understood. Ask whoever runs it to look at the details below.",
	Failed:         "Something went wrong here. Please go back to the app and try again.",

	LeaveTitle: "%s was not allowed anything",
	LeaveLead:  "%s belongs to another company. Go there only if you trust it.",
	LeaveLink:  "Go to %s",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "Manage your company's account, its users and their settings",
		rc.CallControl:       "See your calls and control them: answer, hold, transfer, record, hang up",
		rc.Contacts:          "Read and change your contacts",
		rc.EditAccounts:      "Read and change your company's data and your own settings",
		rc.EditCallLog:       "Read your call history and delete from it",
		rc.EditExtensions:    "Change your own settings",
		rc.EditMessages:      "Read, change and delete your messages and voicemail",
		rc.EditPresence:      "See and change whether you are available",
		rc.Faxes:             "Read your messages and send faxes",
		rc.InternalMessages:  "Read your messages and write to colleagues",
		rc.ReadAccounts:      "See your profile, your company's data and its directory",
		rc.ReadCallLog:       "See your call history",
		rc.ReadCallRecording: "See your call history and listen to recordings",
		rc.ReadContacts:      "See your contacts",
		rc.ReadMessages:      "Read your texts, faxes and voicemail",
		rc.ReadPresence:      "See whether you and your colleagues are available",
		rc.RingOut:           "Start calls that ring your phone first",
		rc.SMS:               "Read your messages and send texts from your numbers",
		rc.TeamMessaging:     "Read and write in your team chats",
		rc.Video:             "Start and manage your video meetings",
		rc.VoipCalling:       "Make and take calls in the browser",
		rc.WebSocket:         "Be told at once when something of this changes",
	},
	OpenID: map[string]string{
		"openid":  "Know who you are",
		"email":   "See your e-mail address",
		"profile": "See your name",
	},
}
