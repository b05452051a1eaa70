package oauth

import "offhook/internal/rc"

var traditionalChinese = texts{
	Lang: "zh-TW",

	SignIn:       "登入",
	SignInTo:     "登入 %s",
	GoOnTo:       "前往 %s",
	Username:     "電子郵件地址或電話號碼",
	UsernameHint: "含分機號碼：%s",
	Password:     "密碼",
	Cancel:       "取消",
	SentBack:     "之後您將返回 %s。",

	FillIn:        "請輸入您的電子郵件地址或電話號碼，以及密碼。",
	WrongPassword: "使用者名稱或密碼不正確。",
	WaitSeconds:   "嘗試次數過多。請等候 %d 秒後再試一次。",
	WaitMinutes:   "嘗試次數過多。請等候 %d 分鐘後再試一次。",

	ChooseTitle:  "要前往 %s 嗎？",
	ChooseLead:   "您已在此瀏覽器中登入。",
	ContinueAs:   "以 %s 的身分繼續",
	OtherAccount: "使用其他帳戶",

	ConsentTitle: "要允許 %s 嗎？",
	ConsentBy:    "%s 的應用程式",
	ConsentLead:  "此應用程式將能代表您：",
	Allow:        "允許",
	ConsentCare:  "請只允許您信任的應用程式。無論如何選擇，您都會返回 %s。",

	RefusalTitle:  "無法繼續登入",
	Close:         "您可以關閉此視窗。",
	ForDevelopers: "給應用程式的管理者：",

	UnknownApp:     "此應用程式未在此處註冊。請洽應用程式的管理者檢查用戶端 ID。",
	ForeignAddress: "應用程式要求將結果傳送到未為其註冊的位址，因此未傳送任何內容。請洽應用程式的管理者註冊重新導向 URI。",
	NoAddress:      "此應用程式沒有註冊用來接收結果的位址。請洽應用程式的管理者註冊重新導向 URI。",
	CrossSite:      "此登入是從其他網站傳送的，因此未採用。請返回應用程式，重新登入。",
	Stale:          "此頁面已過期，或瀏覽器拒絕了 Cookie。請允許此網站使用 Cookie，然後返回應用程式，重新登入。",
	Expired:        "此登入已過期或已使用過。請返回應用程式，重新登入。",
	Broken:         "無法理解應用程式傳來的登入要求。請洽應用程式的管理者查看以下詳細資料。",
	Failed:         "這裡發生問題。請返回應用程式，然後再試一次。",

	LeaveTitle: "未授予 %s 任何權限",
	LeaveLead:  "%s 屬於另一家公司。請只在信任它時前往。",
	LeaveLink:  "前往 %s",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "管理公司帳戶、使用者及其設定",
		rc.CallControl:       "查看和控制通話（接聽、保留、轉接、錄音、掛斷）",
		rc.Contacts:          "讀取和變更聯絡人",
		rc.EditAccounts:      "讀取和變更公司資訊及您的設定",
		rc.EditCallLog:       "讀取和刪除通話記錄",
		rc.EditExtensions:    "變更您的設定",
		rc.EditMessages:      "讀取、變更和刪除訊息與語音信箱",
		rc.EditPresence:      "查看和變更您的狀態",
		rc.Faxes:             "讀取訊息並傳送傳真",
		rc.InternalMessages:  "讀取訊息並傳送給同事",
		rc.ReadAccounts:      "查看您的個人資料、公司資訊和公司通訊錄",
		rc.ReadCallLog:       "查看通話記錄",
		rc.ReadCallRecording: "查看通話記錄並收聽錄音",
		rc.ReadContacts:      "查看聯絡人",
		rc.ReadMessages:      "讀取簡訊、傳真和語音信箱",
		rc.ReadPresence:      "查看您和同事的狀態",
		rc.RingOut:           "發起先撥打您電話的通話",
		rc.SMS:               "讀取訊息並以您的號碼傳送簡訊",
		rc.TeamMessaging:     "讀取和撰寫團隊聊天",
		rc.Video:             "發起和管理視訊會議",
		rc.VoipCalling:       "在瀏覽器中撥打和接聽電話",
		rc.WebSocket:         "在以上內容有變更時立即得知",
	},
	OpenID: map[string]string{
		"openid":  "得知您是誰",
		"email":   "查看您的電子郵件地址",
		"profile": "查看您的姓名",
	},
}
