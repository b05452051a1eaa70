// The last page of the sign-in window: hands the completion handle to the
// frame that opened the window and closes. It talks to its own origin only.
// Where the opener is gone (the platform's page can cut it off), it shows a
// code that the user types into the phone.
// @ts-check

const wait = 1500; // until an opener that does not answer counts as gone

const fragment = location.hash.slice(1);
const params = new URLSearchParams(fragment);
let flow = params.get("flow") ?? "";
let handle = params.get("handle") ?? "";
/** The server's own sentence. */
class Refusal extends Error {}

// A reload must not find the handle again, nor a glance at the address.
history.replaceState(null, "", location.pathname);

/** Signing in waits for no words, and goes on without them. */
const words = import("./lang.js").catch(() => ({ t: (/** @type {string} */ sentence, /** @type {unknown[]} */ ...values) => sentence.replace("{0}", String(values[0])) }));

/** @param {string} title @param {string} sentence */
function say(title, sentence) {
  document.title = title;
  byId("title").textContent = title;
  byId("sentence").textContent = sentence;
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * The windows that may be waiting: the one that opened us, or that we are a
 * hidden frame of; and the frames in it, where the page around the phone has
 * opened us. Only pages of our own origin get what is posted.
 * @returns {Window[]}
 */
function waiting() {
  const from = window.opener ?? (window.parent === window ? null : window.parent);
  if (!from) return [];
  const all = [from];
  for (let i = 0; i < Math.min(from.length, 50); i++) all.push(from[i]);
  return all;
}

/** @returns {Promise<boolean>} whether the frame has taken the handle */
function handOver() {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), wait);
    addEventListener("message", (event) => {
      if (event.origin === location.origin && event.data?.type === "offhook-signin-taken" && event.data.flow === flow) {
        clearTimeout(timer);
        resolve(true);
      }
    });
    const all = waiting();
    for (const to of all) to.postMessage({ type: "offhook-signin-handle", flow, handle }, location.origin);
    if (all.length === 0) resolve(false);
  });
}

/**
 * The token of an implicit grant comes in the fragment. It goes straight to
 * the server, which takes it only for a sign-in that is waiting for it; this
 * page keeps nothing.
 */
async function passOn() {
  const answer = await ask("/signin/fragment", { fragment });
  const { again, ...done } = await answer.json();
  if (again) location.replace(again); // the platform wants to show a page
  ({ flow, handle } = { flow: "", handle: "", ...done });
  return !again;
}

/** @param {string} path @param {object} body */
async function ask(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Offhook": "1" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Refusal((await answer.text()).trim());
  return answer;
}

async function showCode() {
  const answer = await ask("/signin/code", { flow, handle });
  const { code, origin } = await answer.json();
  const { t } = await words;
  say(t("Almost there"), t("Type this code into the phone on {0}. It works for two minutes.", origin));
  byId("code").textContent = code.slice(0, 3) + " " + code.slice(3);
  byId("code").hidden = false;
  byId("where").textContent =
    t("Never read it to anybody: whoever has it can use your phone. If the phone does not ask for a code, close this window and press Sign In again.");
  byId("where").hidden = false;
}

async function finish() {
  if (params.has("state") && !(await passOn())) return;
  if (flow === "" || handle === "") {
    const { t } = await words;
    say(t("Nothing to do here"), t("Close this window. Press Sign In in the phone if you are not signed in."));
  } else if (await handOver()) {
    window.close();
    const { t } = await words; // where the window cannot be closed
    say(t("You are signed in"), t("You can close this window."));
  } else if (window.parent === window) {
    await showCode();
  }
}

await finish().catch(async (error) => {
  const { t } = await words;
  say(t("Not signed in"), error instanceof Refusal ? error.message : t("The phone's server does not answer. Close this window and press Sign In again."));
});
