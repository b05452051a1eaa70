// What a host page does with the phone: hears its messages, and asks it for
// things through RCAdapter. Nothing here knows how the phone works.
"use strict";

const widget = document.body.dataset.widget;
const at = (id) => document.getElementById(id);

const make = (tag, props, ...children) => {
  const e = Object.assign(document.createElement(tag), props);
  e.append(...children);
  return e;
};

// --- contacts -------------------------------------------------------------

function open(id, focus) {
  for (const article of document.querySelectorAll(".detail article")) article.hidden = article.id !== id;
  for (const row of document.querySelectorAll("[data-contact]")) row.classList.toggle("open", row.dataset.contact === id);
  if (focus) at(id).querySelector("h2").focus({ preventScroll: true });
}

function search(words) {
  const digits = words.replace(/\D/g, "");
  let shown = 0;
  for (const row of document.querySelectorAll("[data-contact]")) {
    const hit = row.textContent.toLowerCase().includes(words.toLowerCase()) || (digits.length > 2 && row.dataset.number.includes(digits));
    row.hidden = !hit;
    shown += hit;
  }
  at("count").textContent = shown;
  at("none").hidden = shown > 0;
}

at("search").addEventListener("input", (e) => search(e.target.value.trim()));

// --- what the phone says ----------------------------------------------------

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function log(message, direction = "in") {
  const { type, ...rest } = message;
  const row = make(
    "li",
    { className: direction },
    make(
      "details",
      {},
      make("summary", {}, make("time", {}, clock.format(new Date())), make("code", {}, type), make("span", {}, summary(rest))),
      make("pre", {}, JSON.stringify(message, null, 2)),
    ),
  );
  at("log").prepend(row);
  while (at("log").children.length > 200) at("log").lastChild.remove();
  at("quiet").hidden = true;
}

function summary({ loggedIn, loginNumber, path, message, phoneNumber, text }) {
  if (message) return `${party(message)}: ${message.subject} (${message.messageStatus})`;
  if (loggedIn !== undefined) return loggedIn ? `signed in as ${loginNumber}` : "signed out";
  return [path, phoneNumber, text].filter(Boolean).join(" ");
}

const other = (m) => (m.direction === "Inbound" ? m.from : m.to?.[0]) ?? {};
const party = (m) => other(m).name || other(m).phoneNumber || "unknown";

/** Keeps a contact's history up to date with the texts of the phone. */
function remember(m) {
  const row = document.querySelector(`[data-number="${CSS.escape(other(m).phoneNumber ?? "")}"]`);
  const list = row && at(row.dataset.contact).querySelector(".history");
  if (!list) return;
  const key = `m${m.id}`;
  let item = [...list.children].find((e) => e.dataset.message === key);
  if (!item) {
    item = make("li", { className: "live" }, make("span", { className: "when" }, clock.format(new Date(m.creationTime))), make("p", {}));
    item.dataset.message = key;
    item.dataset.at = m.creationTime;
    // Newest first, above what the CRM knew before.
    list.insertBefore(item, [...list.children].find((e) => !(e.dataset.at > m.creationTime)) ?? null);
  }
  const word = m.direction === "Inbound" ? "Text received" : "Text sent";
  item.lastChild.replaceChildren(make("b", {}, word), ` ${m.subject} `, make("span", { className: "state" }, m.messageStatus === "Received" ? "" : m.messageStatus));
}

window.addEventListener("message", ({ source, origin, data }) => {
  const frame = document.querySelector("#rc-widget-adapter-frame");
  if (origin !== widget || source !== frame?.contentWindow || !data?.type?.startsWith("rc-")) return;
  log(data);
  if (data.type === "rc-login-status-notify") {
    at("phone").dataset.state = data.loggedIn ? "on" : "off";
    at("phone").firstChild.textContent = data.loggedIn ? `Phone: ${data.loginNumber}` : "Phone: signed out";
  }
  if (data.type === "rc-message-updated-notify") remember(data.message);
});

// --- what the page asks -----------------------------------------------------

function ask(method, ...args) {
  log({ type: `RCAdapter.${method}`, text: args.filter((a) => typeof a === "string").join(" "), arguments: args }, "out");
  window.RCAdapter[method](...args);
}

const actions = {
  login() {
    window.RCAdapter.setMinimized(false);
    log({ type: "rc-adapter-login" }, "out");
    document.querySelector("#rc-widget-adapter-frame").contentWindow.postMessage({ type: "rc-adapter-login" }, widget);
  },
  logout: () => ask("logoutUser"),
  minimize: () => ask("toggleMinimized"),
  "clear-log"() {
    at("log").replaceChildren();
    at("quiet").hidden = false;
  },
  "clear-search"() {
    at("search").value = "";
    search("");
    at("search").focus();
  },
  async copy() {
    const button = document.querySelector("[data-do=copy]");
    try {
      await navigator.clipboard.writeText(at("snippet").textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(at("snippet"));
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  },
};

document.addEventListener("click", (e) => {
  const b = e.target.closest("button");
  if (!b) return;
  const { open: id, text, name, opening, call, go } = b.dataset;
  if (id) open(id, true);
  else if (text) ask("clickToSMS", text, opening, undefined, undefined, { name });
  else if (call) ask("clickToCall", call);
  else if (go) {
    window.RCAdapter.setMinimized(false);
    ask("navigateTo", go);
  } else actions[b.dataset.do]?.();
});

open(document.querySelector("[data-contact]").dataset.contact);
