// The page before the phone: it finds out which page embeds it and comes back
// to the same address with that claim, which the browser then proves
// (frame-ancestors). It also moves parameters from the fragment into the
// query, where the server sees them; secrets go by a request of their own,
// and only an opaque name for them stays in the address.

const secrets = ["clientSecret", "appSecret", "jwt", "authorizationCode", "authorizationCodeVerifier", "ticket"];

/** @returns {Promise<string>} the origin of the page around us */
function embedder() {
  if (window.parent === window) {
    return Promise.resolve(location.origin);
  }
  // Chromium and Safari list the ancestors; Firefox learned it late.
  const listed = location.ancestorOrigins;
  if (listed && listed.length > 0) {
    return Promise.resolve(listed[0]);
  }
  return new Promise((resolve) => {
    addEventListener("message", function first(event) {
      if (event.source === window.parent) {
        removeEventListener("message", first);
        resolve(event.origin);
      }
    });
  });
}

const to = new URL(location.href);
/** @type {Record<string, string>} */
const found = {};
for (const [name, value] of new URLSearchParams(to.hash.slice(1))) {
  if (secrets.includes(name)) {
    found[name] = value;
  } else if (name !== "intake" && (value !== "" || name.startsWith("disable"))) {
    // The server alone names what it has put away, and never here. What takes
    // something away does so without a value, too; the fragment's word counts
    // more than the query's (contract/service.md 18).
    to.searchParams.set(name, value);
  }
}
to.hash = "";
// A page of its own may have been opened by anybody's link, which must not
// sign the reader in as somebody else.
if (Object.keys(found).length > 0 && window.parent !== window) {
  const clientId = to.searchParams.get("clientId") || to.searchParams.get("appKey") || "";
  const answer = await fetch("/intake", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Offhook": "1" },
    body: JSON.stringify({ ...found, clientId }),
  });
  if (answer.ok) {
    for (const [name, value] of Object.entries(await answer.json())) {
      to.searchParams.set(name, /** @type {string} */ (value));
    }
  }
}
to.searchParams.set("embedOrigin", await embedder());
location.replace(to);
