// Owns the pictures of colleagues that could not be had at once: they are asked
// for again a few times, more and more seldom, while they are in the page.
// Until then initials stand in their place.
// @ts-check

/** When a picture is asked for again, in milliseconds after each failure. */
const AGAIN = [10_000, 30_000, 90_000];
/** How often each address has failed. @type {Map<string, number>} */
const failures = new Map();

/** @param {HTMLImageElement} img whose address gave nothing */
export function failed(img) {
  const address = img.getAttribute("src") ?? "";
  const n = failures.get(address) ?? 0;
  failures.set(address, n + 1);
  img.hidden = true;
  if (n >= AGAIN.length) return;
  setTimeout(() => {
    if (!img.isConnected || img.getAttribute("src") !== address) return;
    img.hidden = false;
    img.src = address;
  }, AGAIN[n]);
}

// Who signs in next may be told of other pictures under these addresses.
document.addEventListener("oh:session", () => failures.clear());
