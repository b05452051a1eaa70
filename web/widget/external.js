// The parameter externalAuthId says whom the page around the phone means, by
// a name of the page's own. The phone remembers for whom it was signed in
// last; when the page means somebody else now, that session ends before
// anything of it is shown, and what the page brings signs in anew: a code, a
// JWT, a ticket, single sign-on.
// @ts-check
import { ask } from "./ask.js";
import { recall, remember } from "./memory.js";
import { navigate, signedIn } from "./nav.js";

/** @param {string} id */
export async function follow(id) {
  document.addEventListener("oh:session", (e) => {
    const { signedIn: now, hint } = /** @type {CustomEvent} */ (e).detail ?? {};
    if (now && !hint) remember("external", id); // another tab's sign-in may be for another
  });
  if (recall("external") === id) return;
  remember("out", ""); // it was somebody else who signed out
  if (!signedIn()) return;
  // Also when the server does not hear of it: nobody reads another's texts.
  await ask("/signout", { method: "POST" }).catch(() => {});
  document.body.dataset.signedIn = "false";
  document.dispatchEvent(new CustomEvent("oh:session", { detail: { signedIn: false, reason: "external" } }));
  await navigate("/");
}
