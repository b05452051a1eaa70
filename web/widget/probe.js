// The page before the phone: it finds out which page embeds it and comes back
// to the same address with that claim, which the browser then proves
// (frame-ancestors). It also moves parameters from the fragment into the
// query, where the server sees them; secrets are dropped on the way.

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
for (const [name, value] of new URLSearchParams(to.hash.slice(1))) {
  if (secrets.includes(name)) {
    to.searchParams.set("removed", name);
  } else if (value !== "" && !to.searchParams.has(name)) {
    to.searchParams.set(name, value);
  }
}
to.hash = "";
to.searchParams.set("embedOrigin", await embedder());
location.replace(to);
