// Generated from internal/widget/protocol (go test ./internal/widget/protocol -update).
// The types of offhook.js: import { phone } from "https://phone.example.com/offhook.js".

/** A call that goes on, or has just ended. Times are in milliseconds; numbers are as the platform tells them, empty when withheld. */
export interface LiveCall {
  /** the same from the first ring to the end */
  id: string;
  /** the same again */
  callId: string;
  direction: "Inbound" | "Outbound";
  callStatus: "webphone-session-connecting" | "webphone-session-connected" | "webphone-session-onHold" | "webphone-session-finished";
  from: string;
  /** as from */
  fromNumber: string;
  fromUserName: string;
  /** empty */
  fromTag: string;
  to: string;
  toUserName: string;
  /** it rang or was dialled */
  creationTime: number;
  /** somebody answered */
  startTime?: number;
  endTime?: number;
  isOnHold: boolean;
  isOnMute: boolean;
  /** it rings at another phone of the user */
  isOnFlip: boolean;
  /** it was given to somebody else */
  isOnTransfer: boolean;
  /** how far a recorded message is, in calls that have one */
  voicemailDrop?: "waiting" | "playing" | "left" | "stopped" | "noisy" | "cut";
  isToVoicemail: boolean;
  isForwarded: boolean;
  isReplied: boolean;
  recordStatus: "webphone-record-idle" | "webphone-record-recording";
  /** the ids of the telephony session */
  partyData: { partyId?: string; sessionId?: string };
  sessionId?: string;
  telephonySessionId?: string;
  partyId?: string;
  callQueueName?: string;
  contactMatch: null;
  /** always false */
  minimized: boolean;
  /** always false */
  cached: boolean;
  /** it is over */
  removed: boolean;
  lastActiveTime: number;
  isConference?: boolean;
  /** of a conference */
  members?: { partyId: string; number: string; name?: string; muted: boolean; held: boolean }[];
  /** of a missed call that nobody could notice */
  missedReason?: string;
  /** of one that is over */
  outcome?: "hungUp" | "cancelled" | "missed" | "declined" | "elsewhere" | "voicemail" | "forwarded" | "replied" | "moved" | "merged" | "failed";
}

/** A call as the platform tells it, with the parties of the signed-in user. */
export interface TelephonySession {
  /** the `telephonySessionId` of other messages */
  id: string;
  sessionId: string;
  accountId: string;
  extensionId: string;
  origin: { type: string };
  parties: TelephonyParty[];
  /** when it was told first, ISO 8601 */
  creationTime: string;
  /** grows with each change */
  sequence: number;
}

/** Somebody in a telephony session. */
export interface TelephonyParty {
  /** the `partyId` of other messages */
  id: string;
  accountId?: string;
  extensionId?: string;
  direction: "Inbound" | "Outbound";
  from: { phoneNumber?: string; name?: string; extensionId?: string; deviceId?: string };
  to: { phoneNumber?: string; name?: string; extensionId?: string; deviceId?: string };
  /** `code` is Setup, Proceeding, Answered, Hold, Parked, VoiceMail, Gone or Disconnected */
  status: { code: string; reason?: string; description?: string; parkData?: string; peerId?: { sessionId: string; telephonySessionId: string; partyId: string }; rcc: boolean };
  missedCall: boolean;
  standAlone: boolean;
  muted: boolean;
  queueCall?: boolean;
  park?: { id: string };
  conferenceRole?: string;
  recordings?: { id: string; active: boolean }[];
  sipData?: { callId: string; toTag: string; fromTag: string; remoteUri?: string; localUri?: string };
}

/** What the user can do in this phone. */
export interface Features {
  sms: boolean;
  meeting: boolean;
  glip: boolean;
  smartNote: boolean;
  call: boolean;
  ringSenseInsights: boolean;
}

/** A part of an alert that shows on demand. */
export interface AlertDetail {
  title: string;
  items: { id?: string; type: "text" | "link"; text: string; href?: string }[];
}

/** A page or a tab of the service, drawn from JSON schema. */
export interface Page {
  id: string;
  /** page unless given */
  type?: "page" | "tab";
  title?: string;
  schema?: object;
  uiSchema?: object;
  formData?: object;
  hideBackButton?: boolean;
  iconUri?: string;
  activeIconUri?: string;
  darkIconUri?: string;
  /** 100 unless given */
  priority?: number;
  unreadCount?: number;
  hidden?: boolean;
  actions?: { id: string; icon: "settings" | "new" | "refresh" | "download" | "edit"; title?: string }[];
}

/** A line above everything else. */
export interface Banner {
  id: string;
  message: string;
  severity?: "info" | "warning" | "error" | "success" | "announcement";
  action?: { label: string; variant?: "text" | "outlined" | "contained" | "plain"; color?: string } | null;
  closable?: boolean;
  closeButtonLabel?: string;
  hidden?: boolean;
}

/** A small app of the service beside a contact. */
export interface WidgetApp {
  id: string;
  name: string;
  iconUri: string;
  pagePath: string;
  description?: string;
  inputChangedPath?: string;
  submitPath?: string;
  buttonEventPath?: string;
}

/** A switch, field, button or group in the phone's settings. */
export interface SettingItem {
  id?: string;
  name: string;
  type?: "boolean" | "button" | "option" | "section" | "group" | "externalLink" | "string" | "text" | "array" | "typography" | "admonition";
  value?: unknown;
  description?: string;
  groupId?: string;
  order?: number;
  items?: SettingItem[];
  buttonLabel?: string;
  buttonType?: "link";
  options?: { id: string | number; name: string; description?: string; disabled?: boolean }[];
  multiple?: boolean;
  checkbox?: boolean;
  placeholder?: string;
  helper?: string;
  required?: boolean;
  maxItems?: number;
  uri?: string;
  variant?: string;
  color?: string;
  severity?: "info" | "warning" | "error" | "success";
  warning?: string;
  readOnly?: boolean;
  readOnlyReason?: string;
  showWhen?: object;
}

/** The page's own application. */
export interface Service {
  /** also the type of its contacts */
  name: string;
  displayName?: string;
  info?: string;
  authorizationPath?: string;
  authorizedTitle?: string;
  unauthorizedTitle?: string;
  authorizedAccount?: string;
  authorizationLogo?: string;
  licenseStatus?: string;
  licenseStatusColor?: string;
  licenseDescription?: string;
  contactsPath?: string;
  contactIcon?: string;
  contactSearchPath?: string;
  contactMatchPath?: string;
  viewMatchedContactPath?: string;
  activitiesPath?: string;
  activityPath?: string;
  activityName?: string;
  callLoggerPath?: string;
  callLoggerTitle?: string;
  callLogEntityMatcherPath?: string;
  callLogPageInputChangedEventPath?: string;
  callLoggerAutoSettingLabel?: string;
  callLoggerAutoSettingDescription?: string;
  callLoggerAutoSettingWarning?: string;
  callLoggerAutoSettingReadOnlyReason?: string;
  messageLoggerPath?: string;
  messageLoggerTitle?: string;
  messageLogEntityMatcherPath?: string;
  messagesLogPageInputChangedEventPath?: string;
  messageLoggerAutoSettingLabel?: string;
  messageLoggerAutoSettingDescription?: string;
  messageLoggerAutoSettingReadOnlyReason?: string;
  messageLogOpenPath?: string;
  feedbackPath?: string;
  settingsPath?: string;
  vcardHandlerPath?: string;
  buttonEventPath?: string;
  customizedPageInputChangedEventPath?: string;
  doNotContactPath?: string;
  voicemailDropFilesPath?: string;
  authorized?: boolean;
  showAuthRedDot?: boolean;
  showLogModal?: boolean;
  recordingWithToken?: boolean;
  callLoggerAutoSettingReadOnly?: boolean;
  callLoggerAutoSettingReadOnlyValue?: boolean;
  callLoggerAutoLogSettingHidden?: boolean;
  callLoggerAutoLogOnCallSync?: boolean;
  callLoggerHideEditLogButton?: boolean;
  attachmentWithToken?: boolean;
  messageLoggerAutoSettingReadOnly?: boolean;
  messageLoggerAutoSettingReadOnlyValue?: boolean;
  messageLoggerAutoSettingHidden?: boolean;
  messageLoggerGranularSelectionEnabled?: boolean;
  /** milliseconds */
  contactMatchTtl?: number;
  /** milliseconds */
  contactNoMatchTtl?: number;
  authorizationLinks?: { label: string; uri: string }[];
  settings?: SettingItem[];
  buttons?: { id: string; type: "smsToolbar" | "callAction" | "messageAction" | "contactAction"; label: string; icon: string }[];
  banner?: Banner | null;
}

/** A text as the platform keeps it. */
export interface MessageRecord {
  id: number;
  direction: "Inbound" | "Outbound";
  readStatus: "Read" | "Unread";
  messageStatus: string;
  subject?: string;
  creationTime: string;
  lastModifiedTime: string;
  conversationId?: number;
  [field: string]: unknown;
}

/** A call of the past as loggers get it: the platform's record with times in milliseconds, and what is known around it. */
export interface CallRecord {
  id: string;
  sessionId: string;
  telephonySessionId?: string;
  direction: "Inbound" | "Outbound";
  startTime: number;
  duration: number;
  result?: string;
  from?: { phoneNumber?: string; extensionNumber?: string; name?: string; [field: string]: unknown };
  to?: { phoneNumber?: string; extensionNumber?: string; name?: string; [field: string]: unknown };
  fromName: string;
  toName: string;
  fromMatches: unknown[];
  toMatches: unknown[];
  activityMatches: unknown[];
  toNumberEntity?: string;
  recording?: { id: string; uri?: string; type: string; contentUri?: string };
  [field: string]: unknown;
}

/** What every message of the phone has beside its own fields. */
export interface Envelope {
  /** names what has happened; the same in every tab that could tell it */
  eventId: string;
  /** counts this frame's messages from 1, without gaps */
  sequence: number;
}

/** What the page may post to the phone, by type. */
export interface Commands {
  /** Shows Sign In and opens its window; a browser that blocks the window leaves a link to click. Capability `signin`. */
  "rc-adapter-login": {};
  /** Ends the session of this frame; the last one revokes the tokens. Capability `signin`. */
  "rc-adapter-logout": {};
  /** Our own: signs in whom the host's server vouches for. A ticket that is not good changes nothing. Capability `signin`. */
  "rc-adapter-sign-in": {
    /** made by your server */
    ticket: string;
  };
  /** The dialer with the number filled in; the user calls. With `toCall` and the capability `dial` it is called at once, if the service's `doNotContactPath` lets it; where it cannot be called, the phone and the console say why. Where the user cannot call, the page of the number. Capability `prefill`. */
  "rc-adapter-new-call": {
    phoneNumber: string;
    /** capability `dial` */
    toCall?: boolean;
  };
  /** A new text, or the conversation, filled in. The user sends it. Capability `prefill`. */
  "rc-adapter-new-sms": {
    /** one number or several */
    phoneNumber?: string | string[];
    text?: string;
    /** the id of a conversation, or true for the one with the number */
    conversation?: string | boolean;
    /** pictures and files that go with it, at most ten of together 8 MB: `content` is a data address in base64; larger pictures are made smaller, and what texts do not carry is left out */
    attachments?: { name: string; content: string }[];
    /** what the number is called while it is written to */
    recipient?: { name?: string };
  };
  /** Fills the box of the open conversation. What the user has written there stays, and a sentence says so. Capability `prefill`. */
  "rc-adapter-auto-populate-conversation": {
    text: string;
    /** pictures and files that go with it, at most ten of together 8 MB: `content` is a data address in base64; larger pictures are made smaller, and what texts do not carry is left out */
    attachments?: { name: string; content: string }[];
  };
  /** Does something with a call: `toggleRingingDialog` makes the window of a call that rings small or large again. What cannot be done is answered by rc-control-call-error. Capability `dial`. */
  "rc-adapter-control-call": {
    callAction: "answer" | "reject" | "toVoicemail" | "forward" | "hangup" | "hold" | "unhold" | "mute" | "unmute" | "transfer" | "startRecord" | "stopRecord" | "dtmf" | "toggleRingingDialog";
    /** any id of the call; without one, the call that rings or the one that is heard. Where it names no call, nothing is done */
    callId?: string;
    options?: { transferNumber?: string; forwardNumber?: string; dtmf?: string };
  };
  /** How the user calls, and the number that callees see, as they may choose it in the settings: it holds in every browser. With `ringout` their own phone rings first, where their plan has that. What cannot be is left as it is, and the console says so. Capability `settings`. */
  "rc-calling-settings-update": {
    callWith?: "browser" | "softphone" | "ringout" | "jupiter";
    /** the phone that rings first: one of the user's own numbers, or the one that they have chosen */
    myLocation?: string;
    /** whoever answers that phone is asked to press 1 before the other side is called */
    ringoutPrompt?: boolean;
    /** one of the user's own numbers, or `anonymous` */
    fromNumber?: string;
  };
  /** The number that new texts are sent from, as the user may choose it in the settings: it holds in every browser. A number that is not the user's own changes nothing. Capability `settings`. */
  "rc-sms-settings-update": {
    /** one of the user's own numbers */
    senderNumber: string;
  };
  /** One of the requests below, answered by rc-adapter-message-response. Another path is answered with `{data: "no matched path"}`. */
  "rc-adapter-message-request": {
    /** named by the answer */
    requestId: string;
    path: keyof Requests;
    body?: object;
  };
  /** Shows a page of the phone and opens a phone that is minimized: `/`, `/messages`, `/conversations/:id`, `/composeText`, `/history`, `/history/recordings`, `/number/:number`, `/contacts`, `/contacts/:type/:id`, `/settings` and its pages (`/settings/theme`), the pages of a service, and `goBack`. Any other path shows the messages. Capability `navigate`. */
  "rc-adapter-navigate-to": {
    path: string;
  };
  /** What the user says of themselves. One who may not change it is told so in the console. Capability `settings`. */
  "rc-adapter-set-presence": {
    userStatus?: "Available" | "Busy" | "Offline";
    dndStatus?: "TakeAllCalls" | "DoNotAcceptAnyCalls" | "DoNotAcceptDepartmentCalls" | "TakeDepartmentCallsOnly";
  };
  /** Answered by rc-webphone-sessions-sync: a page that is loaded during a call learns of it this way. Capability `calls`. */
  "rc-adapter-webphone-sessions-sync": {};
  /** A ringtone of the page's own, which the user hears under its name until they choose another in the settings. It is read once, with nothing of the user's, and is not kept: send it whenever the page is loaded. An empty `uri` takes it away. Capability `settings`. */
  "rc-adapter-update-ringtone": {
    /** what it is called in the settings */
    name?: string;
    /** a data address of sound, up to 512 kB and 30 seconds; with `enableRingtoneSettings` also an address at an asset origin of the embed, which must allow other origins to read it */
    uri?: string;
    /** 0 to 1: how loud calls are until the user says otherwise */
    volume?: number;
  };
  /** Logs of messages say how long the user has written at each text, in this browser from now on: `typingDurationMs`. Capability `messages` as well. Capability `service`. */
  "rc-adapter-update-sms-typing-time-tracking": {
    enabled: boolean;
  };
  /** What is logged without a click. The user's own switch from then on. Capability `messages` for texts, `calls` for calls. Capability `service`. */
  "rc-adapter-update-auto-log-settings": {
    call?: boolean;
    message?: boolean;
  };
  /** Shows or hides features of the phone while it runs. Each message replaces the one before; what it does not name is shown. `text` takes the messages away, `voicemail` and `fax` voicemail and faxes, `contacts` the contacts, `recordings` what was recorded of calls; the others have nothing to hide yet. Capability `settings`. */
  "rc-adapter-update-features-flags": {
    text?: boolean;
    contacts?: boolean;
    chat?: boolean;
    fax?: boolean;
    voicemail?: boolean;
    meetings?: boolean;
    recordings?: boolean;
  };
  /** Chooses among the platforms where the operator has allowed this app. Without `appServer` the user is shown the choice. It asks for no secret. Capability `settings`. */
  "rc-adapter-set-environment": {
    /** the address of one of them */
    appServer?: string;
  };
  /** How the frame stands on its page, for a host that places it itself; rc-adapter-pushAdapterState gives it back. Capability `status`. */
  "rc-adapter-syncClosed": {
    closed: boolean;
  };
  /** As rc-adapter-syncClosed. Capability `status`. */
  "rc-adapter-syncMinimized": {
    minimized: boolean;
  };
  /** As rc-adapter-syncClosed. Capability `status`. */
  "rc-adapter-syncSize": {
    size: { width: number; height: number };
  };
  /** As rc-adapter-syncClosed. Capability `status`. */
  "rc-adapter-syncPosition": {
    position: { translateX: number; translateY: number; minTranslateX?: number; minTranslateY?: number };
  };
  /** Shows the call that is heard, or the one that rings; nothing without one. Capability `navigate`. */
  "rc-adapter-navigateToCurrentCall": {};
  /** Shows the calls of the past. Capability `navigate`. */
  "rc-adapter-navigateToViewCalls": {};
  /** Registers the page's own application. Capability `service`. */
  "rc-adapter-register-third-party-service": {
    service: Service;
  };
  /** Whether the service is connected, and as whom; every tab shows it. Capability `service`. */
  "rc-adapter-update-authorization-status": {
    authorized?: boolean;
    authorizedAccount?: string;
  };
  /** The licence of the service; what is missing is taken away. Capability `service`. */
  "rc-adapter-refresh-license-status": {
    licenseStatus?: string;
    licenseStatusColor?: string;
    licenseDescription?: string;
  };
  /** Has the phone ask for the contacts of the service again, at `contactsPath` with type `api`. Capability `service`. */
  "rc-adapter-sync-third-party-contacts": {};
  /** Has the phone ask again which of these calls are logged, at `callLogEntityMatcherPath`; those that it does not show are left out. Capability `calls` as well. Capability `service`. */
  "rc-adapter-trigger-call-logger-match": {
    sessionIds: string[];
  };
  /** Has the phone ask again whose these numbers are, at `contactMatchPath`; those that it does not show are left out. Capability `service`. */
  "rc-adapter-trigger-contact-match": {
    /** as the phone knows them, such as +16505550101 */
    phoneNumbers: string[];
  };
  /** The service's whole list of settings. Capability `service`. */
  "rc-adapter-update-third-party-settings": {
    settings?: SettingItem[];
  };
  /** The form of every log of calls, at `/log/call/:sessionId`. Without one the phone has its own: a contact and a note. Capability `service`. */
  "rc-adapter-update-call-log-page": {
    page: Page;
  };
  /** The form of every log of messages, at `/log/messages/:conversationId`. Without one the phone has its own: a contact and a note. Capability `service`. */
  "rc-adapter-update-messages-log-page": {
    page: Page;
  };
  /** A page or tab from JSON Schema, uiSchema and formData, up to 256 kB, 12 levels and 500 fields. A known id is merged. Capability `service`. */
  "rc-adapter-register-customized-page": {
    page: Page;
  };
  /** A call widget: shown beside a contact or number. Capability `service`. */
  "rc-adapter-register-widget-app": {
    app: WidgetApp;
  };
  /** Takes a call widget away. Capability `service`. */
  "rc-adapter-unregister-widget-app": {
    appId: string;
  };
  /** A line above the phone; null takes it away. Capability `service`. */
  "rc-adapter-update-customized-banner": {
    banner?: Banner | null;
  };
  /** Answers rc-post-message-request. Capability `service`. */
  "rc-post-message-response": {
    /** the requestId of the request */
    responseId: string;
    response?: unknown;
  };
}

/** What rc-adapter-message-request may ask, by path. */
export interface Requests {
  /** Shows an alert in the phone and answers its id. The old form, alertMessage and alertLevel beside the path, works too. Capability `settings`. */
  "/custom-alert-message": { body: {
    /** what it says */
    message: string;
    /** info unless given */
    level?: "info" | "warning" | "danger" | "success";
    /** milliseconds until it goes, 5000 unless given; 0 stays */
    ttl?: number;
    /** more, behind a button; opening it stops the clock */
    details?: AlertDetail[];
  }; answer: string };
  /** Takes an alert away, or without an id all that the page has shown. Capability `settings`. */
  "/dismiss-alert-message": { body: {
    /** as the alert was answered */
    id?: string;
  }; answer: "ok" };
  /** Whether the phone stands in a window of its own: `RCAdapter.isWindowPoppedUp` knows; to a page that places the frame itself, false. Capability `settings`. */
  "/check-popup-window": { body: {
    /** say it in the phone as well */
    alert?: boolean;
  }; answer: boolean };
  /** Keeps a template of the user's own: `ok`, or a sentence that says why not. Capability `settings`. */
  "/create-sms-template": { body: {
    displayName: string;
    text: string;
  }; answer: string };
  /** The calls of the past that ended more than 20 s ago and are not logged, newest first: by what `callLogEntityMatcherPath` has answered, or without one by what was acknowledged in the last eight days. Capability `calls`. */
  "/unlogged-calls": { body: {
    /** 100 unless given, at most 250 */
    perPage?: number;
    /** from 1 */
    page?: number;
  }; answer: { calls: CallRecord[]; hasMore: boolean } };
  /** A call of the past by one of its ids; null for one that the phone does not know. Capability `calls`. */
  "/get-call-log": { body: {
    sessionId?: string;
    telephonySessionId?: string;
  }; answer: { call: CallRecord | null } };
}

/** What the phone tells the page, by type. */
export interface Events {
  /** Our own, for adapter.js: the phone takes commands, and what its badge shows. */
  "offhook-frame-notify": Envelope & { type: "offhook-frame-notify" } & {
    version?: number;
    /** what the phone is called */
    name?: string;
    /** one would help; capability `signin` */
    ticket?: boolean;
    /** capability `status` */
    signedIn?: boolean;
    /** capability `status` */
    unread?: number;
  };
  /** Our own, for adapter.js: a command wants to be seen, so a minimized phone opens. */
  "offhook-open-notify": Envelope & { type: "offhook-open-notify" } & {};
  /** Our own, for adapter.js: the user has pressed *Show it* or *Bring it back* while the phone is open in its own window. */
  "offhook-window-notify": Envelope & { type: "offhook-window-notify" } & {
    /** `show` or `back` */
    act: string;
  };
  /** At start and on each change; `loggedIn` is true once account, extension and features have answered. Capability `status`. */
  "rc-login-status-notify": Envelope & { type: "rc-login-status-notify" } & {
    loggedIn: boolean;
    /** `main*extension` */
    loginNumber?: string;
    contractedCountryCode?: string;
    admin?: boolean;
    features?: Features;
    /** the user signed in just now, in this frame */
    isFreshLogin?: boolean;
  };
  /** With `disableLoginPopup`, at Sign In or rc-adapter-login: the address that the page opens. Its PKCE verifier stays on the server. Capability `signin`. */
  "rc-login-popup-notify": Envelope & { type: "rc-login-popup-notify" } & {
    oAuthUri: string;
  };
  /** Once a page stays for a tenth of a second. Capability `status`. */
  "rc-route-changed-notify": Envelope & { type: "rc-route-changed-notify" } & {
    path: string;
  };
  /** Once at start: how the frame stood, as rc-adapter-sync… messages have told it in this browser. Capability `status`. */
  "rc-adapter-pushAdapterState": Envelope & { type: "rc-adapter-pushAdapterState" } & {
    size: { width: number; height: number };
    minimized: boolean;
    closed: boolean;
    position: { translateX: number; translateY: number; minTranslateX: number; minTranslateY: number };
  };
  /** Once at start: the language of the phone, and words for a header. Capability `status`. */
  "rc-adapter-pushLocale": Envelope & { type: "rc-adapter-pushLocale" } & {
    locale: string;
    strings: Record<string, string>;
  };
  /** Once at start, and when rc-adapter-syncSize changes it: the size of the frame. Capability `status`. */
  "rc-adapter-syncSize": Envelope & { type: "rc-adapter-syncSize" } & {
    size: { width: number; height: number };
  };
  /** At start and on each change. Capability `status`. */
  "rc-adapter-theme-notify": Envelope & { type: "rc-adapter-theme-notify" } & {
    theme: "light" | "dark";
  };
  /** Once at start: the phone's mark. Capability `status`. */
  "rc-brand-assets-notify": Envelope & { type: "rc-brand-assets-notify" } & {
    logoUri: string;
    iconUri: string;
  };
  /** When somebody has signed in, and when they choose another region in the settings. `countryCode` is the country that numbers are read in, `areaCode` what is put before numbers that lack theirs; it is empty until the user has set one. Capability `status`. */
  "rc-region-settings-notify": Envelope & { type: "rc-region-settings-notify" } & {
    countryCode: string;
    areaCode: string;
  };
  /** With `enableSmsSettingEvent`, when somebody has signed in and on each change: the numbers that texts may be sent from. Capability `settings`. */
  "rc-sms-settings-notify": Envelope & { type: "rc-sms-settings-notify" } & {
    senderNumber: string;
    senderNumbers: { phoneNumber: string; usageType: string; type: string; features: string[]; label: string }[];
  };
  /** When somebody has signed in and on each change: what the user says of themselves. Capability `status`. */
  "rc-adapter-syncPresence": Envelope & { type: "rc-adapter-syncPresence" } & {
    telephonyStatus: string;
    userStatus: string;
    dndStatus: string;
    presenceOption: string;
  };
  /** A text that has just come in. One of the browser's tabs with this phone tells it, the one in front if there is one. Capability `messages`. */
  "rc-inbound-message-notify": Envelope & { type: "rc-inbound-message-notify" } & {
    /** the platform's record */
    message: MessageRecord;
  };
  /** A text is new or has changed: sent, delivered, failed, read. Once for each change, by one tab. Capability `messages`. */
  "rc-message-updated-notify": Envelope & { type: "rc-message-updated-notify" } & {
    /** the platform's record */
    message: MessageRecord;
  };
  /** Answers rc-adapter-message-request: `response` is `{data}`, or `{error}` with a sentence. */
  "rc-adapter-message-response": Envelope & { type: "rc-adapter-message-response" } & {
    /** the requestId */
    responseId: string;
    response: { data: unknown } | { error: string };
  };
  /** Asks the registered service; answered by rc-post-message-response. Capability `service`. */
  "rc-post-message-request": Envelope & { type: "rc-post-message-request" } & {
    requestId: string;
    /** as the service has registered it */
    path: string;
    body?: any;
  };
  /** When somebody who can call has signed in and on each change: whether a call can be placed now. Capability `status`. */
  "rc-dialer-status-notify": Envelope & { type: "rc-dialer-status-notify" } & {
    ready: boolean;
  };
  /** As rc-dialer-status-notify: how the phone is connected to the platform. Capability `status`. */
  "rc-webphone-connection-status-notify": Envelope & { type: "rc-webphone-connection-status-notify" } & {
    connectionStatus: "connectionStatus-connecting" | "connectionStatus-connected" | "connectionStatus-connectFailed" | "connectionStatus-disconnected";
    deviceId?: string;
  };
  /** When another tab takes the microphone: all tabs show and do the same, one of them speaks. Capability `status`. */
  "rc-webphone-active-notify": Envelope & { type: "rc-webphone-active-notify" } & {
    /** the tab */
    activeId: string;
    /** it is this one */
    currentActive: boolean;
  };
  /** Answers rc-adapter-webphone-sessions-sync: the calls that go on. Capability `calls`. */
  "rc-webphone-sessions-sync": Envelope & { type: "rc-webphone-sessions-sync" } & {
    calls: LiveCall[];
  };
  /** The user calls somebody. Every tab tells its own page of calls, with the same `eventId`. Capability `calls`. */
  "rc-call-init-notify": Envelope & { type: "rc-call-init-notify" } & {
    call: LiveCall;
  };
  /** Somebody calls the user. A phone that is minimized opens. A page that is loaded while it rings is not told again: it could never come to rest at a page that it opens for each call. Capability `calls`. */
  "rc-call-ring-notify": Envelope & { type: "rc-call-ring-notify" } & {
    call: LiveCall;
  };
  /** Somebody has answered. Capability `calls`. */
  "rc-call-start-notify": Envelope & { type: "rc-call-start-notify" } & {
    call: LiveCall;
  };
  /** The user has put the call on hold. Capability `calls`. */
  "rc-call-hold-notify": Envelope & { type: "rc-call-hold-notify" } & {
    call: LiveCall;
  };
  /** The call goes on. Capability `calls`. */
  "rc-call-resume-notify": Envelope & { type: "rc-call-resume-notify" } & {
    call: LiveCall;
  };
  /** The user has muted themselves, or speaks again: `isOnMute`. Capability `calls`. */
  "rc-call-mute-notify": Envelope & { type: "rc-call-mute-notify" } & {
    call: LiveCall;
  };
  /** The user leaves a recorded message in the call and is free. The call ends with it; then `voicemailDrop` says whether it was left whole (`left`). Capability `calls`. */
  "rc-call-drop-voicemail-notify": Envelope & { type: "rc-call-drop-voicemail-notify" } & {
    call: LiveCall;
  };
  /** The call is over; `outcome` says how, and `missedReason` why nobody was there where no open page showed it. Capability `calls`. */
  "rc-call-end-notify": Envelope & { type: "rc-call-end-notify" } & {
    call: LiveCall;
  };
  /** The same in the words of presence, whenever `telephonyStatus` changes. Capability `calls`. */
  "rc-active-call-notify": Envelope & { type: "rc-active-call-notify" } & {
    call: { id: string; direction: "Inbound" | "Outbound"; from: string; fromName: string; to: string; toName: string; telephonyStatus: "Ringing" | "CallConnected" | "OnHold" | "NoCall"; sessionId?: string; telephonySessionId?: string; partyId?: string; startTime: string; terminationType: "intermediate" | "final" };
  };
  /** A call that rings the user's own phone first, whenever `telephonyStatus` changes: it rings at either end, both talk, or it is over. Capability `calls`. */
  "rc-ringout-call-notify": Envelope & { type: "rc-ringout-call-notify" } & {
    call: { id: string; direction: "Outbound"; from: string; fromName: string; to: string; toName: string; telephonyStatus: "Ringing" | "CallConnected" | "NoCall"; startTime: string; terminationType: "intermediate" | "final" };
  };
  /** Whenever the platform tells of a telephony session of the user, at whichever of their phones: the session, with all of the user's parties as they were told last. Ids are those of the other messages of calls. Capability `calls`. */
  "rc-telephony-session-notify": Envelope & { type: "rc-telephony-session-notify" } & {
    telephonySession: TelephonySession;
  };
  /** What rc-adapter-control-call asked for could not be done. Capability `dial`. */
  "rc-control-call-error": Envelope & { type: "rc-control-call-error" } & {
    error: "unknownAction" | "noCall" | "failed";
    /** a sentence */
    message: string;
    /** as it was asked for; empty where that was no text */
    callId: string;
  };
  /** A sync of the call log has brought something. Capability `status`. */
  "rc-call-history-synced-notify": Envelope & { type: "rc-call-history-synced-notify" } & {};
  /** When somebody who can call has signed in and on each change. With `enableFromNumberSetting` the number that callees see, and those that the user may show; with `showMyLocationNumbers` the phone that rings first, and those that may. Capability `settings`. */
  "rc-calling-settings-notify": Envelope & { type: "rc-calling-settings-notify" } & {
    callWith: "browser" | "ringout";
    callingMode: "webphone" | "ringout";
    /** `anonymous` for none; empty for the platform's choice */
    fromNumber?: string;
    fromNumbers?: { phoneNumber: string; usageType: string; primary: boolean; label: string }[];
    /** whoever answers the phone that rings first is asked to press 1 before the other side is called */
    ringoutPrompt: boolean;
    /** empty for who calls in the browser */
    myLocation?: string;
    myLocationNumbers?: { label: string; value: string }[];
  };
  /** Whether calls are logged without a click: when a call logger is registered, and on each change. Capability `service`. */
  "rc-callLogger-auto-log-notify": Envelope & { type: "rc-callLogger-auto-log-notify" } & {
    autoLog: boolean;
  };
  /** The same of messages. Capability `service`. */
  "rc-messageLogger-auto-log-notify": Envelope & { type: "rc-messageLogger-auto-log-notify" } & {
    autoLog: boolean;
  };
  /** With `enableAnalytics`, for what the user does: Authentication, Logout, Click to SMS, SMS Attempt, SMS: SMS sent successfully, SMS: SMS sent failed, Save Third Party Setting Section, Open voicemail drop, Drop voicemail message, Voicemail drop completed, Voicemail drop failed (`reason`: stopped, noisy or cut), Update voicemail drop silence duration (`duration`, in seconds). Nothing of what was written, or to whom. Capability `status`. */
  "rc-analytics-track": Envelope & { type: "rc-analytics-track" } & {
    event: string;
    properties: Record<string, unknown>;
  };
}

/** The global that adapter.js makes. */
export interface RCAdapter {
  /** Our own: resolves once the phone takes commands, is refused with a sentence when it has not come up within 20 seconds. Nothing has to wait for it: early commands wait by themselves. */
  ready(): Promise<RCAdapter>;
  /** Opens the dialer with the number. With `toCall` it is called at once, where the page has the capability `dial`. */
  clickToCall(phoneNumber: string, toCall?: boolean): void;
  /** `content` of an attachment is a data address in base64. */
  clickToSMS(phoneNumber: string | string[], text?: string, conversation?: string | boolean, attachments?: { name: string; content: string }[], recipient?: { name?: string }): void;
  /** Opens a phone that is minimized. */
  navigateTo(path: string): void;
  /** Refused when somebody is signed in after ten seconds still. Capability `signin`. */
  logoutUser(): Promise<void>;
  /** Our own: signs in with a ticket of the host's own server. Capability `signin`. */
  signIn(how: { ticket: string }): Promise<void>;
  /** Our own: asked whenever nobody is signed in, except after a sign-out; never without the capability `signin`. */
  setTicketProvider(provide: () => Promise<string>): Promise<void>;
  /** The number that new texts are sent from. Capability `settings`. */
  updateSmsSetting(settings: { senderNumber: string }): Promise<void>;
  /** Resolves with the alert's id. Capability `settings`. */
  alertMessage(alert: Requests["/custom-alert-message"]["body"]): Promise<string>;
  /** Without an id, all. Capability `settings`. */
  dismissMessage(id?: string): Promise<"ok">;
  /** Resolves with `ok` or with a sentence that says why not. Capability `settings`. */
  createSMSTemplate(displayName: string, text: string): Promise<string>;
  /** Whether the phone stands in a window of its own that this page, or another tab with it, has opened; with `alert` the window comes to the front. */
  isWindowPoppedUp(how?: { alert?: boolean }): Promise<boolean>;
  /** Opens the phone in a window of its own and minimizes this one. Right after a click only, as browsers have it; there is one such window, signed in as this one. */
  popupWindow(): Promise<boolean>;
  /** Chooses among the platforms that the operator allows; without `appServer` the user is asked. Capability `settings`. */
  setEnvironment(which?: { appServer?: string }): Promise<void>;
  setMinimized(minimized: boolean): void;
  toggleMinimized(): void;
  /** A reload shows the phone again. */
  setClosed(closed: boolean): void;
  toggleClosed(): void;
  /** The size of the frame, without the bar above it; never larger than the window. */
  setSize(size: { width: number; height: number }): void;
  dispose(): void;
  readonly closed: boolean;
  readonly userStatus: string | undefined;
  readonly dndStatus: string | undefined;
  readonly minimized: boolean;
  readonly container: HTMLElement;
  readonly contentFrameEl: HTMLIFrameElement;
  /** Does something with a call. What could not be done refuses the promise, and rc-control-call-error says so as well. Capability `dial`. */
  controlCall(action: Commands["rc-adapter-control-call"]["callAction"], id?: string, options?: { transferNumber?: string; forwardNumber?: string; dtmf?: string }): Promise<void>;
  /** As rc-calling-settings-update. Capability `settings`. */
  updateCallingSetting(settings: Omit<Commands["rc-calling-settings-update"], "type">): Promise<void>;
  /** As rc-adapter-update-ringtone. Capability `settings`. */
  updateRingtone(ringtone: { name?: string; uri?: string; volume?: number }): Promise<void>;
  /** What is logged without a click. Capability `service`, and `messages` for texts, `calls` for calls. */
  setAutoLog(what: { call?: boolean; message?: boolean }): Promise<void>;
  /** The calls of the past that are not logged, newest first. Capabilities `service` and `calls`. */
  getUnloggedCalls(perPage?: number, page?: number): Promise<{ calls: CallRecord[]; hasMore: boolean }>;
  /** A call of the past. Capabilities `service` and `calls`. */
  getCallLog(which: { sessionId?: string; telephonySessionId?: string }): Promise<{ call: CallRecord | null }>;
}

type Async<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : T[K] | undefined };

/** RCAdapter as a module: each method waits for mount and tells when it was done. */
export interface Phone extends Async<Omit<RCAdapter, "dispose">> {
  /** Puts the phone on the page. The options are the URL parameters, and appUrl for a phone of another address. */
  mount(options: { clientId: string; appUrl?: string; [parameter: string]: string | boolean | undefined }): Promise<RCAdapter>;
  /** Hears one type of message, or all with "*". Returns what ends it. */
  on<T extends keyof Events>(type: T, fn: (message: Events[T]) => void): () => void;
  on(type: "*", fn: (message: Events[keyof Events]) => void): () => void;
  /** Posts a message to the phone. */
  post<T extends keyof Commands>(type: T, fields: Commands[T]): Promise<void>;
  /** Takes the phone off the page. */
  dispose(): void;
}

export declare const phone: Phone;

declare global {
  interface Window {
    RCAdapter: RCAdapter;
    RCAdapterInit(how?: { appUrl?: string; options?: Record<string, string | boolean> }): RCAdapter;
    RCAdapterDispose(): void;
    RC_EMBEDDABLE_ADAPTER_MANUAL_INIT?: boolean;
    __ON_RC_POPUP_WINDOW?: unknown;
  }
}
