package oauth

import "offhook/internal/rc"

var simplifiedChinese = texts{
	Lang: "zh-CN",

	SignIn:       "登录",
	SignInTo:     "登录 %s",
	GoOnTo:       "前往 %s",
	Username:     "电子邮件地址或电话号码",
	UsernameHint: "带分机号：%s",
	Password:     "密码",
	Cancel:       "取消",
	SentBack:     "之后您将返回 %s。",

	FillIn:        "请输入您的电子邮件地址或电话号码，以及密码。",
	WrongPassword: "用户名或密码不正确。",
	WaitSeconds:   "尝试次数过多。请等待 %d 秒后重试。",
	WaitMinutes:   "尝试次数过多。请等待 %d 分钟后重试。",

	ChooseTitle:  "要前往 %s 吗？",
	ChooseLead:   "您已在此浏览器中登录。",
	ContinueAs:   "以 %s 的身份继续",
	OtherAccount: "使用其他帐户",

	ConsentTitle: "要允许 %s 吗？",
	ConsentBy:    "%s 的应用",
	ConsentLead:  "此应用将能够代表您：",
	Allow:        "允许",
	ConsentCare:  "请只允许您信任的应用。无论如何选择，您都会返回 %s。",

	RefusalTitle:  "无法继续登录",
	Close:         "您可以关闭此窗口。",
	ForDevelopers: "致应用的管理者：",

	UnknownApp:     "此应用未在此处注册。请让应用的管理者检查客户端 ID。",
	ForeignAddress: "应用要求将结果发送到未为其注册的地址，因此未发送任何内容。请让应用的管理者注册重定向 URI。",
	NoAddress:      "此应用没有注册用于接收结果的地址。请让应用的管理者注册重定向 URI。",
	CrossSite:      "此登录是从其他网站发送的，因此未被使用。请返回应用，重新登录。",
	Stale:          "此页面已过期，或浏览器拒绝了 Cookie。请允许此网站使用 Cookie，然后返回应用，重新登录。",
	Expired:        "此登录已过期或已被使用。请返回应用，重新登录。",
	Broken:         "无法理解应用发来的登录请求。请让应用的管理者查看以下详细信息。",
	Failed:         "这里出了点问题。请返回应用，然后重试。",

	LeaveTitle: "未向 %s 授予任何权限",
	LeaveLead:  "%s 属于另一家公司。请只在信任它时前往。",
	LeaveLink:  "前往 %s",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "管理公司帐户、用户及其设置",
		rc.CallControl:       "查看和控制通话（接听、保持、转接、录音、挂断）",
		rc.Contacts:          "读取和更改联系人",
		rc.EditAccounts:      "读取和更改公司信息及您的设置",
		rc.EditCallLog:       "读取和删除通话记录",
		rc.EditExtensions:    "更改您的设置",
		rc.EditMessages:      "读取、更改和删除消息与语音邮件",
		rc.EditPresence:      "查看和更改您的状态",
		rc.Faxes:             "读取消息并发送传真",
		rc.InternalMessages:  "读取消息并发送给同事",
		rc.ReadAccounts:      "查看您的个人资料、公司信息和公司通讯录",
		rc.ReadCallLog:       "查看通话记录",
		rc.ReadCallRecording: "查看通话记录并收听录音",
		rc.ReadContacts:      "查看联系人",
		rc.ReadMessages:      "读取短信、传真和语音邮件",
		rc.ReadPresence:      "查看您和同事的状态",
		rc.RingOut:           "发起先拨打您电话的通话",
		rc.SMS:               "读取消息并用您的号码发送短信",
		rc.TeamMessaging:     "读取和撰写团队聊天",
		rc.Video:             "发起和管理视频会议",
		rc.VoipCalling:       "在浏览器中拨打和接听电话",
		rc.WebSocket:         "在以上内容有变化时立即获知",
	},
	OpenID: map[string]string{
		"openid":  "了解您是谁",
		"email":   "查看您的电子邮件地址",
		"profile": "查看您的姓名",
	},
}
