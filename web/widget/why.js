// Finds out what stands in the way of the phone in this browser and on this
// page, and says what to do: to the user, and to who builds the page. It asks
// for nothing: no question of the browser's comes up.
// @ts-check
import { ask, held } from "./ask.js";
import { n, t } from "./lang.js";
import { currentPath, navigate } from "./nav.js";
import { state as notifications } from "./notify.js";
import * as mic from "./reasonsaudio.js";
import { audible } from "./sounds.js";

/** What was found out: for the user, what they can do, and what the page can. @typedef {{check?: string, name: string, good: boolean, text: string, todo?: string, page?: string}} Finding */

/** Clocks further apart break sign-ins. */
const APART = 2 * 60_000;
/** Answers slower than this are felt. */
const SLOW = 1_500;

/** @returns {Finding} */
function secure() {
  const name = t("Secure page");
  if (window.isSecureContext) return { name, good: true, text: t("The phone was loaded securely.") };
  return { name, good: false, text: t("The phone was not loaded with https, so the browser keeps the microphone and notifications from it."), todo: t("Tell whoever builds this page."), page: t("Serve this page and every page around it with https; http works on localhost only.") };
}

/** @returns {Promise<Finding>} */
async function cookies() {
  const name = t("Cookies");
  const answer = await ask("/session").catch(() => null);
  const kept = answer?.ok && (await answer.json()).cookies;
  if (!held() && kept) return { name, good: true, text: t("The browser keeps the phone’s cookie, so you stay signed in.") };
  return { name, good: false, text: t("The browser refuses the phone’s cookie. The phone works, and you sign in again after the page is loaded anew."), todo: t("Allow cookies of this phone in the settings of your browser."), page: t("Let your own server vouch for the user (setTicketProvider), so that nobody signs in twice.") };
}

/** @returns {Finding} */
function storage() {
  const name = t("Storage");
  try {
    localStorage.getItem("oh-probe");
    return { name, good: true, text: t("The browser remembers what you choose on this computer.") };
  } catch {
    return { name, good: false, text: t("The browser remembers nothing for the phone, such as the loudspeaker that you choose. It goes with the page."), todo: t("Allow the phone to keep data in the settings of your browser.") };
  }
}

/** @returns {Promise<Finding[]>} the way to the server, and the clock here against the one there */
async function connection() {
  const name = t("Connection");
  const began = performance.now();
  const answer = await ask("/session", { cache: "no-store", signal: AbortSignal.timeout(10_000) }).catch(() => null);
  const took = Math.round(performance.now() - began);
  if (!answer) return [{ name, good: false, text: t("The phone’s server does not answer."), todo: t("Check your network. The phone comes back by itself."), page: t("The frame could not reach its own server: look at its address, at proxies and at firewalls.") }];
  const live = document.getElementById("offline")?.hidden ?? true;
  const found = [];
  if (!live) found.push({ name, good: false, text: t("The server answers, and the line on which it tells of news does not."), todo: t("Wait a moment and check again. If it lasts, ask who runs your network."), page: t("WebSockets to the phone’s server are blocked on the way: look at proxies.") });
  else if (took > SLOW) found.push({ name, good: false, text: n(took, "The server answers, and takes {0} millisecond for it.", "The server answers, and takes {0} milliseconds for it."), todo: t("Your network is slow now: what you do here takes longer.") });
  else found.push({ name, good: true, text: n(took, "The server answers within {0} millisecond, and tells of news at once.", "The server answers within {0} milliseconds, and tells of news at once.") });
  const there = Date.parse(answer.headers.get("Date") ?? "");
  if (there) found.push({ check: "clock", ...clock(Date.now() - there) });
  return found;
}

/** @param {number} apart @returns {Finding} */
function clock(apart) {
  const name = t("Clock");
  if (Math.abs(apart) < APART) return { name, good: true, text: t("The clock of your computer is right.") };
  const minutes = Math.round(Math.abs(apart) / 60_000);
  const text = apart > 0
    ? n(minutes, "The clock of your computer is {0} minute ahead. Times are shown wrongly, and signing in may fail.", "The clock of your computer is {0} minutes ahead. Times are shown wrongly, and signing in may fail.")
    : n(minutes, "The clock of your computer is {0} minute behind. Times are shown wrongly, and signing in may fail.", "The clock of your computer is {0} minutes behind. Times are shown wrongly, and signing in may fail.");
  return { name, good: false, text, todo: t("Let your computer set its clock by itself.") };
}

/** @returns {Promise<Finding>} */
async function microphone() {
  const name = t("Microphone");
  const page = t("Give the frame allow=\"microphone; autoplay\" (adapter.js does), and let no Permissions-Policy of your page take it away.");
  if (!window.isSecureContext || !navigator.mediaDevices) return { name, good: false, text: mic.INSECURE, page: t("Serve this page and every page around it with https.") };
  if (!mic.allowed("microphone")) return { name, good: false, text: mic.POLICY, page };
  const state = await navigator.permissions?.query({ name: /** @type {any} */ ("microphone") }).then((p) => p.state, () => "prompt");
  if (state === "denied") return { name, good: false, text: mic.DENIED };
  const all = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  if (!all.some((d) => d.kind === "audioinput")) return { name, good: false, text: mic.NONE };
  return { name, good: true, text: state === "granted" ? t("The phone may use your microphone.") : t("The browser asks you at the first use whether the phone may hear you.") };
}

/** @returns {Promise<Finding>} */
async function sound() {
  const name = t("Sound");
  if (await audible()) return { name, good: true, text: t("The phone may sound.") };
  return { name, good: false, text: t("The browser lets the phone sound only after a click in it."), todo: t("Click anywhere in the phone, then check again."), page: t("Give the frame allow=\"autoplay\" (adapter.js does).") };
}

/** @returns {Finding} */
function notifying() {
  const name = t("Notifications");
  switch (notifications()) {
    case "on":
      return { name, good: true, text: t("The phone may show notifications.") };
    case "off":
    case "ask":
      return { name, good: false, text: t("Notifications are not turned on in this browser."), todo: t("Turn them on in Settings, Notifications and sound.") };
    case "denied":
      return { name, good: false, text: t("This browser forbids notifications of this page."), todo: t("Press the icon to the left of the address, open the settings of this site, and allow notifications.") };
    case "frame":
      return { name, good: true, text: t("Browsers let only the page around the phone show notifications."), page: t("Load adapter.js with notification=true; your page then asks the user at a click into the phone.") };
  }
  return { name, good: false, text: t("This browser has no notifications.") };
}

/** @returns {Finding} */
function clipboard() {
  const name = t("Clipboard");
  if (mic.allowed("clipboard-write")) return { name, good: true, text: t("The phone may copy numbers for you.") };
  return { name, good: false, text: t("The phone may not copy numbers for you."), todo: t("Select a number and copy it yourself."), page: t("Give the frame allow=\"clipboard-write\" (adapter.js does).") };
}

/** @returns {Finding} */
function loudspeaker() {
  const name = t("Loudspeaker");
  const todo = t("Choose the loudspeaker in the settings of your computer.");
  if (!("setSinkId" in HTMLMediaElement.prototype)) return { name, good: false, text: t("This browser does not let a page choose the loudspeaker."), todo };
  if (mic.allowed("speaker-selection")) return { name, good: true, text: t("The phone may play where you choose.") };
  return { name, good: false, text: t("The page around the phone does not let it choose the loudspeaker."), todo, page: t("Give the frame allow=\"speaker-selection\" (adapter.js does).") };
}

/** By the names that whoever helps the user knows them by, whatever the user's language. @type {Record<string, () => Finding | Promise<Finding | Finding[]>>} */
const CHECKS = { connection, secure, cookies, storage, clipboard, microphone, sound, loudspeaker, notifying };

/** Everything that can be found out here. @returns {Promise<(Finding & {check: string})[]>} */
export async function findings() {
  const all = await Promise.all(Object.entries(CHECKS).map(async ([check, find]) => [await find()].flat().map((found) => ({ check, ...found }))));
  return all.flat();
}

/** How many things do not work, in words. @param {number} bad */
function sum(bad) {
  if (!bad) return t("Everything works.");
  return n(bad, "One thing does not work as it could.", "{0} things do not work as they could.");
}

/** @param {HTMLElement} root */
export async function begin(root) {
  const said = /** @type {HTMLElement} */ (root.querySelector("[data-why-state]"));
  root.querySelector("[data-why-again]")?.addEventListener("click", () => void navigate(currentPath(), { replace: true, focus: true }));
  said.textContent = t("Checking…");
  const found = await findings();
  if (!root.isConnected) return;
  const list = /** @type {HTMLElement} */ (root.querySelector("[data-why-list]"));
  list.append(...found.map((f) => draw(root, f)));
  // What does not work comes first.
  const all = [...list.children].sort((a, b) => Number(a.getAttribute("data-good") === "true") - Number(b.getAttribute("data-good") === "true"));
  list.append(...all);
  said.textContent = sum(all.filter((o) => o.getAttribute("data-good") !== "true").length);
  root.toggleAttribute("data-why-done", true);
}

/** What is to be copied into a page stays as it is read where reading goes from right to left. @param {string} words */
const withCode = (words) => words.split(/([\w-]+="[^"]*")/).map((part, i) => (i % 2 ? Object.assign(document.createElement("bdi"), { dir: "ltr", textContent: part }) : part));

/** @param {HTMLElement} root @param {Finding} finding */
function draw(root, { name, good, text, todo, page }) {
  const copy = (/** @type {string} */ which) => /** @type {HTMLElement} */ (/** @type {HTMLTemplateElement} */ (root.querySelector(`[data-why-${which}]`)).content.firstElementChild?.cloneNode(true));
  const item = copy("template");
  item.dataset.good = String(good);
  item.querySelector("[data-mark]")?.replaceWith(copy(good ? "good" : "bad"));
  const set = (/** @type {string} */ at, /** @type {string | undefined} */ words) => {
    const part = /** @type {HTMLElement} */ (item.querySelector(at));
    if (words) part.textContent = words;
    else part.remove();
  };
  set(".why__name", name);
  set("[data-text]", text);
  set("[data-do]", good ? undefined : todo);
  if (page) item.querySelector("[data-words]")?.replaceChildren(...withCode(page));
  else item.querySelector("[data-page]")?.remove();
  return item;
}
