// Says in plain words why a microphone cannot be used, and what to do.
// @ts-check
import { t } from "./lang.js";

export const INSECURE = t("The microphone works on pages with https only, and this page has none. Ask whoever builds it.");
export const POLICY = t("The page around the phone does not let it use the microphone. Ask whoever builds it.");
export const DENIED = t("You, or this browser, have forbidden the microphone. Press the icon to the left of the address, open the settings of this site, and allow the microphone.");
export const NONE = t("No microphone is connected. Connect one and try again.");
export const IN_USE = t("Another program uses the microphone. Close it there and try again.");
export const OTHER = t("The microphone could not be opened. Connect it anew and try again.");

/** What document policies say; no browser's types know it. @param {string} feature */
export function allowed(feature) {
  const policy = /** @type {any} */ (document).featurePolicy ?? /** @type {any} */ (document).permissionsPolicy;
  // A browser that does not know a feature does not forbid it.
  return policy?.features?.().includes(feature) ? Boolean(policy.allowsFeature(feature)) : true;
}

/** @param {unknown} e what getUserMedia refused with */
export async function microphone(e) {
  if (!window.isSecureContext || !navigator.mediaDevices) return INSECURE;
  if (!allowed("microphone")) return POLICY;
  switch (e instanceof DOMException ? e.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return DENIED;
    case "NotFoundError":
    case "OverconstrainedError":
      return NONE;
    case "NotReadableError":
    case "AbortError":
      return IN_USE;
  }
  return OTHER;
}
