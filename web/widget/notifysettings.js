// The page of notifications and sounds: says in plain words how it stands,
// asks the browser only at a click, and lets everything be tried.
// @ts-check
import { t } from "./lang.js";
import { preferences } from "./preferences.js";
import * as notify from "./notify.js";
import { play } from "./sounds.js";

/** @typedef {import("./notify.js").State} State */

/** What is said of each state, and what can be done. @type {Record<State, [state: string, how: string]>} */
const WORDS = {
  on: [t("Notifications are on in this browser."), t("One is shown when something arrives while no tab with your phone is in front. It goes when you have read it, here or elsewhere.")],
  off: [t("Notifications are off in this browser."), t("Your other browsers are not changed by this.")],
  ask: [t("Notifications are not turned on in this browser."), t("When you turn them on, the browser asks whether this page may show them. Choose to allow it.")],
  denied: [t("This browser forbids notifications of this page."), t("To allow them, press the icon to the left of the address, open the settings of this site, and allow notifications. Then come back here.")],
  frame: [t("The page around the phone shows notifications, not the phone."), t("Browsers let only the page whose address you see show them. If none come, click into that page once and allow them; if it does not ask, whoever builds it must load the phone with the parameter notification=true.")],
  none: [t("This browser has no notifications."), t("Use another browser to get them. Sounds and the number of unread messages work here, too.")],
};

/** What is said when a sound cannot be played. */
const SILENT = t("The browser does not let this page sound yet. Press Play it once more; if it stays silent, look at the sound of this tab and of your computer.");

/** @param {HTMLElement} root */
export function begin(root) {
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`[data-notify-${name}]`));
  const draw = () => {
    const now = notify.state();
    const [state, how] = WORDS[now];
    part("state").textContent = state;
    part("how").textContent = how;
    part("on").hidden = now !== "ask" && now !== "off";
    part("off").hidden = now !== "on";
    part("try").hidden = now !== "on";
  };
  part("on").addEventListener("click", () => void notify.turnOn().then(draw));
  part("off").addEventListener("click", () => (notify.turnOff(), draw()));
  part("try").addEventListener("click", () => {
    const event = `try-${Date.now()}`;
    notify.show({ event, title: t("Your phone"), text: t("This is what a notification looks like."), place: event, route: "/settings/notifications" });
  });
  const error = /** @type {HTMLElement} */ (root.querySelector("[data-settings-error]"));
  const hear = async () => {
    const name = /** @type {HTMLInputElement | null} */ (root.querySelector("[name=sound]:checked"))?.value ?? "chime";
    const volume = Number(/** @type {HTMLInputElement} */ (root.querySelector("[data-pref=volume]")).value);
    const heard = name === "none" || volume === 0 || (await play(name, volume));
    error.textContent = heard ? "" : SILENT;
    error.hidden = heard;
  };
  root.querySelector("[data-sound-try]")?.addEventListener("click", () => void hear());
  root.addEventListener("change", (e) => e.target instanceof HTMLInputElement && e.target.dataset.pref && void hear());
  // Chosen in another tab.
  const follow = () => {
    if (!root.isConnected) return document.removeEventListener("oh:preferences", follow);
    const { sound = "chime", volume = "60" } = preferences();
    for (const o of root.querySelectorAll("[name=sound]")) if (o instanceof HTMLInputElement) o.checked = o.defaultChecked = o.value === sound;
    const range = /** @type {HTMLInputElement} */ (root.querySelector("[data-pref=volume]"));
    if (document.activeElement !== range) range.value = volume;
  };
  document.addEventListener("oh:preferences", follow);
  // What the user changes in the browser's own settings shows when they come back.
  void navigator.permissions?.query({ name: "notifications" }).then((p) => (p.onchange = () => root.isConnected && draw()), () => {});
  draw();
}
