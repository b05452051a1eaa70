// The first module of the frame: draws the sign-in panel, shows whether we
// are online, and loads the rest of the phone once someone is signed in.
// @ts-check
import { t } from "./lang.js";
import { alert, announce, currentPath, hold, navigate, signedIn } from "./nav.js";
import { ask } from "./ask.js";
import { cancelSignIn, options, startSignIn, trySSO, useIntake } from "./signin.js";
import "./host.js";

const body = document.body;

/** @param {string} event @param {(detail: any) => void} f */
const on = (event, f) => document.addEventListener(event, (e) => f(/** @type {CustomEvent} */ (e).detail || {}));

async function openPhone() {
  const phone = Promise.all([import("./phone.js"), library()]);
  hold(phone);
  body.dataset.signedIn = "true";
  await phone;
  await import("./events.js");
}

/** @type {Promise<unknown> | undefined} */
let loading;

/** What draws panels is loaded for whoever has any. */
const library = () =>
  (loading ??= window.htmx ? Promise.resolve() : new Promise((loaded, failed) => {
    const script = document.createElement("script");
    script.src = body.dataset.htmx || "";
    script.onload = loaded;
    script.onerror = () => {
      script.remove();
      loading = undefined;
      alert(t("Something went wrong here. Please try again."));
      failed(new Error(script.src));
    };
    document.head.append(script);
  }));

/** @typedef {{state: string, message?: string, href?: string}} Progress */
/** How far signing in is. @type {Progress} */
let progress = { state: "idle" };

/** Counts sign-ins and sign-outs: what is still being done for an earlier one is dropped. */
let turn = 0;
/** Why nobody is signed in any more; the sign-in panel says so whenever it is drawn. */
let notice = "";

on("oh:session", async ({ signedIn: now, reason }) => {
  if (Boolean(now) === signedIn()) return;
  const mine = ++turn;
  body.dataset.signedIn = String(Boolean(now));
  sayShared();
  notice = "";
  if (!now) {
    if (reason !== "replaced") void explain(mine, reason);
    await navigate("/");
    if (reason === "replaced" && mine === turn && !(await signedInAgain())) void explain(mine, reason);
    return;
  }
  await openPhone();
  // The page around the phone may have asked for a place of its own meanwhile.
  if (mine === turn && currentPath() === "/") await navigate("/");
  if (mine === turn) announce(t("You are signed in."));
});

/** @param {number} mine @param {string} [reason] */
async function explain(mine, reason) {
  const here = "leaving" in body.dataset;
  const { sentenceOf } = await import("./reasons.js");
  if (mine !== turn) return;
  notice = sentenceOf(reason, here);
  drawNotice();
}

/** @returns {void} */
function drawNotice() {
  const at = document.querySelector("[data-panel=signin] [data-notice]");
  if (!(at instanceof HTMLElement) || !notice) return;
  at.textContent = notice;
  at.hidden = false;
}
on("oh:panel", drawNotice);

/**
 * Whoever signed in again in another tab signed this one in, too: perhaps as
 * somebody else, which is why what was open has been closed.
 */
async function signedInAgain() {
  const answer = await ask("/session").catch(() => null);
  if (!answer?.ok || !(await answer.json()).signedIn) return false;
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: true, hint: true } }));
  return true;
}

on("oh:online", ({ online, sentence }) => {
  const bar = /** @type {HTMLElement} */ (document.getElementById("offline"));
  bar.hidden = online;
  /** @type {HTMLElement} */ (bar.querySelector("[data-text]")).textContent =
    sentence || t("No connection. Trying again by itself.");
});

// Where everybody who opens the page acts as one user, the page says so.
function sayShared() {
  const strip = document.getElementById("shared");
  if (strip) strip.hidden = !options.shared || !signedIn();
}

// What the page around us has asked for changes two things of the sign-in
// panel: where the browser's session with the platform is enough, a click
// continues and types nothing; and the platform's own page to get an account.
for (const event of ["oh:route", "oh:panel"]) on(event, fitPanel);
function fitPanel() {
  const idle = document.querySelector("[data-panel=signin] [data-when=idle]");
  const button = idle?.querySelector("[data-do=sign-in]");
  const note = idle?.querySelector(".signin__fine");
  if (button && note && options.sso) {
    button.textContent = t("Continue");
    note.textContent = t("A window opens and closes by itself while your browser is signed in to your phone service.");
  }
  if (note && options.shared) note.textContent = t("Everybody who opens this page signs in as the same person.");
  const link = idle?.querySelector("[data-sign-up]");
  if (link instanceof HTMLAnchorElement && options.signUpUrl) {
    link.href = options.signUpUrl;
    link.hidden = false;
  }
}

// The states of the sign-in panel are all in its HTML; the one that holds is
// shown. What a state says comes from signin.js.
// Whenever the panel is drawn anew, a sign-in that goes on is drawn again.
on("oh:signin", draw);
on("oh:panel", () => progress.state !== "idle" && draw(progress));
on("oh:session", () => (progress = { state: "idle" }));
/** @param {Progress} now */
function draw(now) {
  progress = now;
  const { state, message, href } = now;
  const panel = document.querySelector("[data-panel=signin]");
  if (!(panel instanceof HTMLElement)) return;
  panel.dataset.state = state;
  for (const part of panel.querySelectorAll("[data-when]")) {
    if (part instanceof HTMLElement) part.hidden = !part.dataset.when?.split(" ").includes(state);
  }
  const link = panel.querySelector("[data-link]");
  if (link instanceof HTMLAnchorElement && href) link.href = href;
  for (const at of panel.querySelectorAll(`[data-when~=${CSS.escape(state)}] [data-message]`)) {
    if (message) at.textContent = message;
  }
  const first = panel.querySelector(`[data-when~=${CSS.escape(state)}]:not([hidden]) [data-first]`);
  if (first instanceof HTMLElement && document.hasFocus()) first.focus();
}

document.addEventListener("click", (e) => {
  const at = e.target instanceof Element ? e.target.closest("[data-do]") : null;
  switch (at?.getAttribute("data-do")) {
    case "sign-in":
      return startSignIn();
    case "cancel-sign-in":
      cancelSignIn();
      return draw({ state: "idle" });
    case "sign-out":
      return void import("./leave.js").then((m) => m.signOut());
    case "sign-out-everywhere":
      return void import("./leave.js").then((m) => m.signOutEverywhere());
  }
});

for (const note of JSON.parse(body.dataset.notes || "[]")) console.warn(note);
// Parameters may stand in the fragment, which the server does not see.
if (/^#[^/].*=/.test(location.hash)) {
  await import("./probe.js");
  await new Promise(() => {}); // it comes back without them
}
if ("analytics" in body.dataset) await import("./analytics.js");

// A window of the phone's own and the phone in the page that opened it find each other by messages of our own origin.
const own = new URLSearchParams(location.search).has("fromPopup") && window.parent !== window ? await import("./ownwindow.js") : null;
if (!own) {
  const away = () => import("./away.js");
  addEventListener("message", (e) => {
    if (e.origin === location.origin && /^offhook-window-(asks|here|question|where)$/.test(e.data?.type)) void away().then((m) => m.take(e));
  });
  try {
    // Another tab of this page may have opened it.
    const tabs = new BroadcastChannel(`oh-window-${body.dataset.key}`);
    tabs.onmessage = ({ data }) => data === "here" && void away();
    tabs.postMessage("where");
  } catch {
    // refused with storage: each tab knows its own window
  }
}
if (options.externalAuthId) await (await import("./external.js")).follow(options.externalAuthId);
if (signedIn()) {
  const begin = currentPath();
  await openPhone();
  const { lastRoute } = await import("./memory.js");
  if (currentPath() === begin) await navigate(begin !== "/" ? begin : lastRoute() || (await own?.place()) || "/messages");
} else {
  document.dispatchEvent(new CustomEvent("oh:route", { detail: { path: "/" } }));
}
sayShared();
if (own) {
  if (!signedIn()) await own.signIn();
  own.tell();
}
if (options.implicit) await import("./renew.js");
await useIntake();
await trySSO();
