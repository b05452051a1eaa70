// The last page of the sign-in window: hands the completion handle to the
// frame that opened the window and closes. It talks to its own origin only.
// Where the opener is gone (the platform's page can cut it off), it shows a
// code that the user types into the phone.

const wait = 1500; // until an opener that does not answer counts as gone

const params = new URLSearchParams(location.hash.slice(1));
const flow = params.get("flow") ?? "";
const handle = params.get("handle") ?? "";
// A reload must not find the handle again, nor a glance at the address.
history.replaceState(null, "", location.pathname);

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

/** @returns {Promise<boolean>} whether the frame has taken the handle */
function handOver() {
  const opener = window.opener;
  if (!opener) {
    return Promise.resolve(false);
  }
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), wait);
    addEventListener("message", (event) => {
      if (event.origin === location.origin && event.data?.type === "offhook-signin-taken" && event.data.flow === flow) {
        clearTimeout(timer);
        resolve(true);
      }
    });
    opener.postMessage({ type: "offhook-signin-handle", flow, handle }, location.origin);
  });
}

async function showCode() {
  const answer = await fetch("/signin/code", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Offhook": "1" },
    body: JSON.stringify({ flow, handle }),
  });
  if (!answer.ok) {
    say("Not signed in", await answer.text());
    return;
  }
  const { code, origin } = await answer.json();
  say("Almost there", `Type this code into the phone on ${origin}. It works for two minutes.`);
  byId("code").textContent = code.slice(0, 3) + " " + code.slice(3);
  byId("code").hidden = false;
  byId("where").textContent =
    "Never read it to anybody: whoever has it can use your phone. If the phone does not ask for a code, close this window and press Sign In again.";
  byId("where").hidden = false;
}

if (flow === "" || handle === "") {
  say("Nothing to do here", "Close this window. Press Sign In in the phone if you are not signed in.");
} else if (await handOver()) {
  say("You are signed in", "You can close this window.");
  window.close();
} else {
  await showCode().catch(() => say("Not signed in", "The phone's server does not answer. Close this window and press Sign In again."));
}
