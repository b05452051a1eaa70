// The page about the phone: saves a file for whoever helps the user. The
// server says what it knows and what is in no way secret; the browser adds how
// it stands here.
// @ts-check
import { ask } from "./ask.js";
import { t } from "./lang.js";
import { announce } from "./nav.js";
import { findings } from "./why.js";

const FAILED = t("The file could not be made, because the phone cannot be reached right now. Try again in a moment.");

/** @returns {Promise<object>} */
async function browser() {
  return {
    userAgent: navigator.userAgent,
    languages: navigator.languages,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    window: [innerWidth, innerHeight, devicePixelRatio],
    framed: window.parent !== window,
    findings: (await findings()).map(({ check, good }) => ({ check, good })),
  };
}

/** @param {HTMLElement} root */
export function begin(root) {
  const error = /** @type {HTMLElement} */ (root.querySelector("[data-settings-error]"));
  root.querySelector("[data-support]")?.addEventListener("click", async () => {
    const answer = await ask("/panel/support").catch(() => null);
    error.hidden = Boolean(answer?.ok);
    if (!answer?.ok) return void (error.textContent = FAILED);
    save(JSON.stringify({ ...(await answer.json()), browser: await browser() }, null, 2));
    announce(t("The file is saved."));
  });
}

/** @param {string} text */
function save(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: "offhook-support.json" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
