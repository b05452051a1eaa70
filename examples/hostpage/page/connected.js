// Everything a page's own application can add to the phone, in one file: it
// registers a service, answers what the phone asks, and asks for things itself.
// docs/host-api.md has the messages.
"use strict";

const widget = document.body.dataset.widget;
const people = JSON.parse(document.getElementById("people").textContent);
const at = (id) => document.getElementById(id);
const wanted = (feature) => document.querySelector(`#features [value=${feature}]`).checked;

const make = (tag, props, ...children) => {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...children);
  return e;
};

const frame = () => document.querySelector("#rc-widget-adapter-frame")?.contentWindow;

/** Posts to the phone, to its origin only. */
function post(message) {
  log("out", message.path ?? message.type, message);
  frame()?.postMessage(message, widget);
}

// --- what this page has ------------------------------------------------------

const name = "Tideway";
const icon = (path) => `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="#6f7ff0" stroke-width="2">${path}</svg>`)}`;
const wave = icon('<path d="M2 9c3 0 3 2 6.5 2S12 9 15 9s3 2 7 2M2 15c3 0 3 2 6.5 2s3.5-2 6.5-2 3 2 7 2"/>');
const contactOf = (p) => ({
  id: p.ID,
  type: name,
  name: p.Name,
  phoneNumbers: [{ phoneNumber: p.Phone, phoneType: "business" }],
  emails: [p.Email],
  company: p.Company,
  jobTitle: p.Title,
  description: p.Stage,
});
const contacts = people.map(contactOf);
const byNumber = (number) => contacts.filter((c) => c.phoneNumbers[0].phoneNumber === number);

// A real application keeps these on its server, where all tabs find them.
const kept = (name, none) => JSON.parse(localStorage.getItem(name)) ?? none;
const keep = (name, value) => localStorage.setItem(name, JSON.stringify(value));
const account = () => kept("account", "");
const records = () => kept("records", {}); // by conversationLogId
const settings = [
  { id: "open", type: "boolean", name: "Open the deal of whoever writes", value: false },
  { id: "stage", type: "option", name: "New people are", options: [{ id: "lead", name: "Leads" }, { id: "customer", name: "Customers" }], value: "lead" },
  { id: "team", type: "section", name: "Team", items: [{ id: "hint", name: "hint", type: "admonition", value: "Shown on **every** record" }, { id: "label", name: "Label", type: "string", value: "Sales", required: true }] },
];
let deal = { title: "Bakery, two deliveries a week", stage: "proposal", amount: 4200, note: "" };

// --- registering -------------------------------------------------------------

function register() {
  post({
    type: "rc-adapter-register-third-party-service",
    service: {
      name,
      displayName: "Tideway CRM",
      info: "Contacts, deals and records",
      authorizationPath: "/authorize",
      authorizedTitle: "Disconnect",
      unauthorizedTitle: "Connect",
      authorized: account() !== "",
      authorizedAccount: account(),
      authorizationLogo: wave,
      showAuthRedDot: true,
      feedbackPath: "/feedback",
      buttonEventPath: "/button",
      ...(wanted("contacts") && { contactsPath: "/contacts", contactSearchPath: "/contacts/search", contactMatchPath: "/contacts/match", contactIcon: wave, activitiesPath: "/activities", activityPath: "/activity", viewMatchedContactPath: "/contacts/view" }),
      ...(wanted("logger") && { messageLoggerPath: "/log", messageLoggerTitle: "Log to Tideway", messageLogEntityMatcherPath: "/log/match", messageLoggerAutoSettingReadOnly: true, messageLoggerAutoSettingReadOnlyValue: true, messageLoggerAutoSettingReadOnlyReason: "Tideway logs every text." }),
      ...(wanted("settings") && { settingsPath: "/settings", settings }),
      ...(wanted("buttons") && { buttons: [{ id: "quote", type: "smsToolbar", label: "Insert the quote", icon: wave }, { id: "plan", type: "contactAction", label: "Plan a visit", icon: "calendar" }, { id: "task", type: "messageAction", label: "Make it a task", icon: "newAction" }] }),
      ...(wanted("pages") && { customizedPageInputChangedEventPath: "/page" }),
      ...(wanted("guard") && { doNotContactPath: "/guard" }),
    },
  });
  if (wanted("pages")) showDeal();
  post(
    wanted("widget")
      ? { type: "rc-adapter-register-widget-app", app: { id: "score", name: "Tideway", iconUri: wave, pagePath: "/score" } }
      : { type: "rc-adapter-unregister-widget-app", appId: "score" },
  );
}

/** The tab with the deal: drawn from JSON Schema by the phone. */
function showDeal() {
  post({
    type: "rc-adapter-register-customized-page",
    page: {
      id: "deal",
      title: "Deal",
      type: "tab",
      iconUri: wave,
      priority: 35,
      schema: {
        type: "object",
        required: ["title"],
        properties: {
          about: { type: "string", description: `**${deal.stage === "won" ? "Won" : "Open"}** · ${Number(deal.amount || 0).toLocaleString("en-US")} a month` },
          title: { type: "string", title: "Title" },
          stage: { type: "string", title: "Stage", oneOf: [{ const: "proposal", title: "Proposal" }, { const: "negotiation", title: "Negotiation" }, { const: "won", title: "Won" }] },
          amount: { type: "number", title: "Amount", minimum: 0 },
          note: { type: "string", title: "Note" },
          warn: { type: "string", description: "Finance hears of deals above 10,000." },
        },
      },
      uiSchema: {
        submitButtonOptions: { submitText: "Save" },
        about: { "ui:field": "typography", "ui:variant": "body2" },
        note: { "ui:widget": "textarea" },
        warn: deal.amount > 10_000 ? { "ui:field": "admonition", "ui:severity": "warning" } : { "ui:widget": "hidden" },
      },
      formData: deal,
    },
  });
}

// --- answering ---------------------------------------------------------------

const answers = {
  "/authorize"({ authorized }) {
    // A real application opens its own sign-in here.
    keep("account", authorized ? "" : "you@tideway.example");
    setTimeout(announce);
    return { data: "ok" };
  },
  "/contacts": () => ({ data: contacts, nextPage: null, syncTimestamp: Date.now() }),
  "/contacts/search": ({ searchString }) => ({ data: contacts.filter((c) => `${c.name} ${c.company} ${c.phoneNumbers[0].phoneNumber}`.toLowerCase().includes(searchString.toLowerCase())) }),
  "/contacts/match": ({ phoneNumbers }) => ({ data: Object.fromEntries(phoneNumbers.map((n) => [n, byNumber(n)])) }),
  "/contacts/view": () => ({ data: "ok" }),
  "/activities": ({ contact }) => ({ data: (people.find((p) => p.ID === contact.id)?.Activity ?? []).map((a, i) => ({ id: `${i}`, subject: `${a.What}: ${a.Text}`, time: Date.now() - i * 86_400_000 })) }),
  "/activity": () => ({ data: "ok" }),
  "/log"({ conversation, idempotencyKey }) {
    // The phone delivers at least once: what came before is answered and not written again.
    const all = records();
    const old = all[conversation.conversationLogId];
    if (!old?.keys.includes(idempotencyKey)) {
      keep("records", { ...all, [conversation.conversationLogId]: { conversation, keys: [...(old?.keys ?? []), idempotencyKey] } });
      drawRecords();
    }
    return { data: "ok" };
  },
  "/log/match": ({ conversationLogIds }) => ({ data: Object.fromEntries(conversationLogIds.filter((id) => records()[id]).map((id) => [id, [{ id }]])) }),
  "/settings"({ setting }) {
    const i = settings.findIndex((s) => s.id === setting.id);
    if (i >= 0) settings[i] = setting;
    return { data: "ok" };
  },
  "/button"({ button, resource }) {
    if (button.id === "quote") post({ type: "rc-adapter-auto-populate-conversation", text: `Your quote: ${deal.title}, ${deal.amount} a month.` });
    // A conversation of the phone's list comes as its newest text, with who it is with.
    if (button.id === "task") window.RCAdapter.alertMessage({ message: `Task for ${resource.correspondentMatches[0]?.name ?? resource.correspondents[0].phoneNumber}: ${resource.subject}`, level: "success", ttl: 6000 });
    if (button.id === "deal" && button.type === "submit") {
      deal = button.formData;
      showDeal();
      window.RCAdapter.alertMessage({ message: "The deal is saved.", level: "success", ttl: 4000 });
    }
    return { data: "ok" };
  },
  "/page"({ formData }) {
    deal = formData;
    showDeal();
    return { data: "ok" };
  },
  "/score": ({ contact }) => ({
    data: {
      type: "json-schema",
      schema: { type: "object", properties: { words: { type: "string", description: `**${contact?.name || contact?.phoneNumber || "This person"}** is in ${recordsOf(contact?.phoneNumber ?? contact?.phoneNumbers?.[0]?.phoneNumber)} of your records.` } } },
      uiSchema: { words: { "ui:field": "typography" } },
      formData: {},
    },
  }),
  "/guard"({ recipients }) {
    const verdicts = recipients.map((r) => document.querySelector(`[data-guard="${CSS.escape(r.phoneNumber)}"]`)?.value ?? "");
    if (verdicts.includes("silent")) return undefined;
    const mode = verdicts.find(Boolean);
    return { data: { result: Boolean(mode), mode, message: mode ? "On the do-not-contact list of this page." : undefined } };
  },
  "/feedback": () => ({ data: "ok" }),
};

/** In how many records a number is. */
const recordsOf = (number) => Object.values(records()).filter((r) => r.conversation.correspondents?.some((p) => p.phoneNumber === number)).length;

function announce() {
  drawAccount();
  post({ type: "rc-adapter-update-authorization-status", authorized: account() !== "", authorizedAccount: account() });
}

// Each document of the phone counts from one: one that begins is told anew.
let heard = Infinity;
window.addEventListener("message", ({ source, origin, data }) => {
  if (origin !== widget || source !== frame() || !data?.type) return;
  const begins = data.sequence < heard;
  heard = data.sequence;
  if (begins) register();
  if (data.type === "rc-post-message-request") {
    log("in", data.path, data);
    const response = answers[data.path]?.(data.body ?? {});
    if (response) post({ type: "rc-post-message-response", responseId: data.requestId, response });
    return;
  }
  if (data.type.startsWith("rc-")) log("in", data.type, data);
  if (data.type === "rc-login-status-notify") {
    at("phone").dataset.state = data.loggedIn ? "on" : "off";
    at("phone").firstChild.textContent = data.loggedIn ? `Phone: ${data.loginNumber}` : "Phone: signed out";
    // The phone says nobody's account to the next user; this page knows whose it is.
    if (data.loggedIn) announce();
  }
});

// --- what the page shows -----------------------------------------------------

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function log(direction, title, message) {
  const words = JSON.stringify(message.body ?? message.response ?? message.service ?? message.page ?? { ...message, type: undefined });
  at("log").prepend(
    make("li", { className: direction }, make("details", {}, make("summary", {}, make("time", {}, clock.format(new Date())), make("code", {}, title), make("span", {}, words)), make("pre", {}, JSON.stringify(message, null, 2)))),
  );
  while (at("log").children.length > 200) at("log").lastChild.remove();
  at("quiet").hidden = true;
}

function drawAccount() {
  at("account").textContent = account() ? `Connected as ${account()}` : "Not connected";
  at("disconnect").disabled = !account();
}

function drawRecords() {
  const newest = Object.values(records()).map((r) => r.conversation).sort((a, b) => b.creationTime - a.creationTime);
  at("no-records").hidden = newest.length > 0;
  at("records").replaceChildren(
    ...newest.map((c) => {
      const who = c.correspondents?.map((p) => byNumber(p.phoneNumber)[0]?.name ?? p.name ?? p.phoneNumber).join(", ");
      const words = c.messages?.[0]?.subject ?? "";
      const count = `${c.messages?.length ?? 0} ${c.messages?.length === 1 ? "text" : "texts"} · `;
      const answer = make("button", { type: "button", className: "link" }, "Answer");
      Object.assign(answer.dataset, { do: "answer", number: c.correspondents?.[0]?.phoneNumber ?? "" });
      return make("li", { className: "live" }, make("span", { className: "when" }, c.date), make("p", {}, make("b", {}, who), ` ${count}${words} `, answer));
    }),
  );
}

const actions = {
  register,
  disconnect() {
    keep("account", "");
    announce();
  },
  clear() {
    at("log").replaceChildren();
    at("quiet").hidden = false;
  },
  alert: () => window.RCAdapter.alertMessage({ message: "Jonas has signed the offer.", level: "success", ttl: 6000 }),
  banner: () => post({ type: "rc-adapter-update-customized-banner", banner: { id: "news", message: "Tideway is [down for an hour](https://status.tideway.example) on Sunday.", severity: "warning", closable: true } }),
  busy: () => post({ type: "rc-adapter-set-presence", userStatus: "Busy", dndStatus: "TakeAllCalls" }),
  available: () => post({ type: "rc-adapter-set-presence", userStatus: "Available", dndStatus: "TakeAllCalls" }),
  deal: () => window.RCAdapter.navigateTo("/customizedTabs/deal"),
  answer: ({ number }) => window.RCAdapter.clickToSMS(number, "", true),
  contacts: () => post({ type: "rc-adapter-sync-third-party-contacts" }),
};

document.addEventListener("click", (e) => {
  const { dataset = {} } = e.target.closest("button") ?? {};
  actions[dataset.do]?.(dataset);
});

// What is not registered any more is gone once the page is loaded again.
const choices = () => [...document.querySelectorAll("#features input")];
for (const box of choices()) box.checked = sessionStorage.getItem(box.value) !== "off";
at("features").addEventListener("change", () => {
  for (const box of choices()) sessionStorage.setItem(box.value, box.checked ? "on" : "off");
  location.reload();
});

// Another tab has connected, or written a record.
window.addEventListener("storage", () => (drawAccount(), drawRecords()));
drawAccount();
drawRecords();
