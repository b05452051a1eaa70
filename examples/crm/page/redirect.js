// The last page of the sign-in window that this site has opened: tells the
// page that opened it where it was sent, and closes.
const callbackUri = location.href;
history.replaceState(null, '', location.pathname); // nothing of it stays in the address
if (opener) {
  opener.postMessage({ callbackUri }, location.origin);
  close();
} else {
  addEventListener('DOMContentLoaded', () => {
    document.getElementById('said').textContent = 'Close this window and press Sign In in the phone again.';
  });
}
