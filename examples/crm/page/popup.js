// Opens the sign-in window for the phone, and passes the answer on.
(() => {
  const phone = document.body.dataset.phone;
  let opened = null;
  addEventListener('message', ({ source, origin, data }) => {
    if (origin === phone && source === RCAdapter.contentFrameEl.contentWindow && data?.type === 'rc-login-popup-notify') {
      opened = open(data.oAuthUri, 'sign-in', 'popup,width=600,height=700');
    }
    if (opened && source === opened && origin === location.origin && data?.callbackUri) {
      const { callbackUri } = data;
      RCAdapter.contentFrameEl.contentWindow.postMessage({ type: 'rc-adapter-authorization-code', callbackUri }, phone);
    }
  });
})();
