package oauth

import "offhook/internal/rc"

var japanese = texts{
	Lang: "ja",

	SignIn:       "サインイン",
	SignInTo:     "%s にサインイン",
	GoOnTo:       "%s に進みます",
	Username:     "メールアドレスまたは電話番号",
	UsernameHint: "内線番号を付ける場合：%s",
	Password:     "パスワード",
	Cancel:       "キャンセル",
	SentBack:     "その後 %s に戻ります。",

	FillIn:        "メールアドレスまたは電話番号と、パスワードを入力してください。",
	WrongPassword: "ユーザー名またはパスワードが正しくありません。",
	WaitSeconds:   "試行回数が多すぎます。%d 秒待ってから、もう一度お試しください。",
	WaitMinutes:   "試行回数が多すぎます。%d 分待ってから、もう一度お試しください。",

	ChooseTitle:  "%s に進みますか？",
	ChooseLead:   "このブラウザーでサインインしています。",
	ContinueAs:   "%s として続ける",
	OtherAccount: "別のアカウントを使う",

	ConsentTitle: "%s を許可しますか？",
	ConsentBy:    "%s のアプリ",
	ConsentLead:  "このアプリは、あなたに代わって次のことを行います：",
	Allow:        "許可する",
	ConsentCare:  "信頼できるものだけを許可してください。どちらの場合も %s に戻ります。",

	RefusalTitle:  "このサインインは続行できません",
	Close:         "このウィンドウは閉じてかまいません。",
	ForDevelopers: "アプリの管理者の方へ：",

	UnknownApp:     "このアプリはここに登録されていません。アプリの管理者にクライアント ID の確認を依頼してください。",
	ForeignAddress: "アプリが登録されていないアドレスへの応答を求めたため、何も送信していません。アプリの管理者にリダイレクト URI の登録を依頼してください。",
	NoAddress:      "このアプリに応答するアドレスが登録されていません。アプリの管理者にリダイレクト URI の登録を依頼してください。",
	CrossSite:      "このサインインは別のサイトから送られたため、使用しませんでした。アプリに戻り、もう一度サインインしてください。",
	Stale:          "このページは古すぎるか、ブラウザーが Cookie を拒否しました。このサイトの Cookie を許可し、アプリに戻って、もう一度サインインしてください。",
	Expired:        "このサインインは期限切れか、すでに使用されています。アプリに戻り、もう一度サインインしてください。",
	Broken:         "アプリからのサインインの要求を理解できませんでした。アプリの管理者に下の詳細の確認を依頼してください。",
	Failed:         "こちらで問題が発生しました。アプリに戻り、もう一度お試しください。",

	LeaveTitle: "%s には何も許可されていません",
	LeaveLead:  "%s は別の会社のものです。信頼できる場合にだけ進んでください。",
	LeaveLink:  "%s に進む",

	Scopes: map[rc.Scope]string{
		rc.Accounts:          "会社のアカウント、ユーザー、その設定を管理する",
		rc.CallControl:       "通話を見て操作する（応答、保留、転送、録音、切断）",
		rc.Contacts:          "連絡先を読み、変更する",
		rc.EditAccounts:      "会社の情報と自分の設定を読み、変更する",
		rc.EditCallLog:       "通話履歴を読み、削除する",
		rc.EditExtensions:    "自分の設定を変更する",
		rc.EditMessages:      "メッセージと留守番電話を読み、変更し、削除する",
		rc.EditPresence:      "ステータスを見て、変更する",
		rc.Faxes:             "メッセージを読み、FAXを送る",
		rc.InternalMessages:  "メッセージを読み、同僚に送る",
		rc.ReadAccounts:      "プロフィール、会社の情報、社員一覧を見る",
		rc.ReadCallLog:       "通話履歴を見る",
		rc.ReadCallRecording: "通話履歴を見て、録音を聞く",
		rc.ReadContacts:      "連絡先を見る",
		rc.ReadMessages:      "テキストメッセージ、FAX、留守番電話を読む",
		rc.ReadPresence:      "自分と同僚のステータスを見る",
		rc.RingOut:           "先に自分の電話を鳴らす通話を始める",
		rc.SMS:               "メッセージを読み、自分の番号からテキストメッセージを送る",
		rc.TeamMessaging:     "チームのチャットを読み書きする",
		rc.Video:             "ビデオ会議を開始し、管理する",
		rc.VoipCalling:       "ブラウザーで電話をかけ、受ける",
		rc.WebSocket:         "これらに変化があったとき、すぐに知らせを受ける",
	},
	OpenID: map[string]string{
		"openid":  "あなたが誰かを知る",
		"email":   "メールアドレスを見る",
		"profile": "名前を見る",
	},
}
