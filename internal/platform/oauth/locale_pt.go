package oauth

import "offhook/internal/rc"

var portuguese = texts{
	Lang: "pt-BR",

	SignIn:       "Entrar",
	SignInTo:     "Entrar em %s",
	GoOnTo:       "para continuar em %s",
	Username:     "E-mail ou número de telefone",
	UsernameHint: "Com um ramal: %s",
	Password:     "Senha",
	Cancel:       "Cancelar",
	SentBack:     "Depois você voltará para %s.",

	FillIn:        "Digite seu e-mail ou número de telefone, e sua senha.",
	WrongPassword: "O nome de usuário ou a senha não está correto.",
	WaitSeconds:   "Muitas tentativas. Espere %d segundos e tente de novo.",
	WaitMinutes:   "Muitas tentativas. Espere %d minutos e tente de novo.",

	ChooseTitle:  "Continuar em %s?",
	ChooseLead:   "Você já entrou neste navegador.",
	ContinueAs:   "Continuar como %s",
	OtherAccount: "Usar outra conta",

	ConsentTitle: "Permitir %s?",
	ConsentBy:    "Um aplicativo de %s",
	ConsentLead:  "Ele quer fazer isto em seu nome:",
	Allow:        "Permitir",
	ConsentCare:  "Permita só o que você conhece. De qualquer forma você voltará para %s.",

	RefusalTitle:  "Esta entrada não pode continuar",
	Close:         "Você pode fechar esta janela.",
	ForDevelopers: "Para o responsável pelo aplicativo:",

	UnknownApp:     "Este aplicativo não está registrado aqui. Peça ao responsável que confira o client ID.",
	ForeignAddress: "O aplicativo pediu a resposta em um endereço que não está registrado para ele; por isso nada foi enviado. Peça ao responsável que registre a URI de redirecionamento.",
	NoAddress:      "Nenhum endereço está registrado para responder a este aplicativo. Peça ao responsável que registre a URI de redirecionamento.",
	CrossSite:      "Esta entrada veio de outro site e não foi usada. Volte ao aplicativo e entre de novo.",
	Stale:          "Esta página é antiga demais, ou o navegador recusou o cookie dela. Permita cookies para este site, volte ao aplicativo e entre de novo.",
	Expired:        "Esta entrada expirou ou já foi usada. Volte ao aplicativo e entre de novo.",
	Broken:         "O aplicativo pediu a entrada de uma forma que não se entende. Peça ao responsável que veja os detalhes abaixo.",
	Failed:         "Algo deu errado aqui. Volte ao aplicativo e tente de novo.",

	LeaveTitle: "Nada foi permitido a %s",
	LeaveLead:  "%s pertence a outra empresa. Vá até lá só se confiar nela.",
	LeaveLink:  "Ir para %s",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "Administrar a conta da sua empresa, os usuários e as configurações deles",
		rc.CallControl:       "Ver e controlar suas chamadas: atender, pôr em espera, transferir, gravar, desligar",
		rc.Contacts:          "Ler e alterar seus contatos",
		rc.EditAccounts:      "Ler e alterar os dados da sua empresa e as suas configurações",
		rc.EditCallLog:       "Ler seu histórico de chamadas e apagar registros",
		rc.EditExtensions:    "Alterar as suas configurações",
		rc.EditMessages:      "Ler, alterar e apagar suas mensagens e seu correio de voz",
		rc.EditPresence:      "Ver e alterar a sua disponibilidade",
		rc.Faxes:             "Ler suas mensagens e enviar fax",
		rc.InternalMessages:  "Ler suas mensagens e escrever a colegas",
		rc.ReadAccounts:      "Ver seu perfil, os dados da sua empresa e a lista de colegas",
		rc.ReadCallLog:       "Ver seu histórico de chamadas",
		rc.ReadCallRecording: "Ver seu histórico de chamadas e ouvir as gravações",
		rc.ReadContacts:      "Ver seus contatos",
		rc.ReadMessages:      "Ler seus SMS, fax e correio de voz",
		rc.ReadPresence:      "Ver se você e seus colegas estão disponíveis",
		rc.RingOut:           "Iniciar chamadas que tocam primeiro no seu telefone",
		rc.SMS:               "Ler suas mensagens e enviar SMS dos seus números",
		rc.TeamMessaging:     "Ler e escrever nas conversas da sua equipe",
		rc.Video:             "Iniciar e gerenciar suas reuniões por vídeo",
		rc.VoipCalling:       "Fazer e receber chamadas no navegador",
		rc.WebSocket:         "Ser avisado na hora quando algo disso mudar",
	},
	OpenID: map[string]string{
		"openid":  "Saber quem você é",
		"email":   "Ver seu e-mail",
		"profile": "Ver seu nome",
	},
}
