package oauth

import "offhook/internal/rc"

var spanish = texts{
	Lang: "es",

	SignIn:       "Iniciar sesión",
	SignInTo:     "Iniciar sesión en %s",
	GoOnTo:       "para continuar a %s",
	Username:     "Correo electrónico o número de teléfono",
	UsernameHint: "Con una extensión: %s",
	Password:     "Contraseña",
	Cancel:       "Cancelar",
	SentBack:     "Después volverá a %s.",

	FillIn:        "Escriba su correo electrónico o su número de teléfono, y su contraseña.",
	WrongPassword: "El nombre de usuario o la contraseña no es correcto.",
	WaitSeconds:   "Demasiados intentos. Espere %d segundos y vuelva a intentarlo.",
	WaitMinutes:   "Demasiados intentos. Espere %d minutos y vuelva a intentarlo.",

	ChooseTitle:  "¿Continuar a %s?",
	ChooseLead:   "Ya inició sesión en este navegador.",
	ContinueAs:   "Continuar como %s",
	OtherAccount: "Usar otra cuenta",

	ConsentTitle: "¿Permitir %s?",
	ConsentBy:    "Una aplicación de %s",
	ConsentLead:  "Quiere hacer esto en su nombre:",
	Allow:        "Permitir",
	ConsentCare:  "Permita solo lo que conozca. En cualquier caso volverá a %s.",

	RefusalTitle:  "Este inicio de sesión no puede continuar",
	Close:         "Puede cerrar esta ventana.",
	ForDevelopers: "Para el responsable de la aplicación:",

	UnknownApp:     "Esta aplicación no está registrada aquí. Pida a su responsable que compruebe su identificador de cliente.",
	ForeignAddress: "La aplicación pidió la respuesta en una dirección que no está registrada para ella, así que no se envió nada. Pida a su responsable que registre la URI de redirección.",
	NoAddress:      "No hay ninguna dirección registrada para responder a esta aplicación. Pida a su responsable que registre la URI de redirección.",
	CrossSite:      "Este inicio de sesión llegó desde otro sitio y no se usó. Vuelva a la aplicación e inicie sesión de nuevo.",
	Stale:          "Esta página es demasiado antigua o el navegador rechazó su cookie. Permita las cookies de este sitio, vuelva a la aplicación e inicie sesión de nuevo.",
	Expired:        "Este inicio de sesión caducó o ya se usó. Vuelva a la aplicación e inicie sesión de nuevo.",
	Broken:         "La aplicación pidió el inicio de sesión de una forma que no se entiende. Pida a su responsable que mire los detalles de abajo.",
	Failed:         "Algo salió mal aquí. Vuelva a la aplicación e inténtelo de nuevo.",

	LeaveTitle: "No se permitió nada a %s",
	LeaveLead:  "%s pertenece a otra empresa. Vaya allí solo si confía en ella.",
	LeaveLink:  "Ir a %s",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "Administrar la cuenta de su empresa, sus usuarios y sus ajustes",
		rc.CallControl:       "Ver y controlar sus llamadas: contestar, retener, transferir, grabar, colgar",
		rc.Contacts:          "Leer y cambiar sus contactos",
		rc.EditAccounts:      "Leer y cambiar los datos de su empresa y sus propios ajustes",
		rc.EditCallLog:       "Leer su historial de llamadas y borrar entradas",
		rc.EditExtensions:    "Cambiar sus propios ajustes",
		rc.EditMessages:      "Leer, cambiar y borrar sus mensajes y su buzón de voz",
		rc.EditPresence:      "Ver y cambiar su disponibilidad",
		rc.Faxes:             "Leer sus mensajes y enviar faxes",
		rc.InternalMessages:  "Leer sus mensajes y escribir a sus compañeros",
		rc.ReadAccounts:      "Ver su perfil, los datos de su empresa y su directorio",
		rc.ReadCallLog:       "Ver su historial de llamadas",
		rc.ReadCallRecording: "Ver su historial de llamadas y escuchar las grabaciones",
		rc.ReadContacts:      "Ver sus contactos",
		rc.ReadMessages:      "Leer sus SMS, faxes y buzón de voz",
		rc.ReadPresence:      "Ver si usted y sus compañeros están disponibles",
		rc.RingOut:           "Iniciar llamadas que primero hacen sonar su teléfono",
		rc.SMS:               "Leer sus mensajes y enviar SMS desde sus números",
		rc.TeamMessaging:     "Leer y escribir en los chats de su equipo",
		rc.Video:             "Iniciar y gestionar sus videoconferencias",
		rc.VoipCalling:       "Hacer y recibir llamadas en el navegador",
		rc.WebSocket:         "Recibir aviso inmediato cuando algo de esto cambie",
	},
	OpenID: map[string]string{
		"openid":  "Saber quién es usted",
		"email":   "Ver su correo electrónico",
		"profile": "Ver su nombre",
	},
}
