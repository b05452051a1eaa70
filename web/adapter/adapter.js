// The phone in the corner of any page; see docs/host-api.md. The frame stands
// in the page, all else in a shadow root. What few pages need is in more.js.
(() => {
  'use strict';
  const script = /** @type {any} */ (document.currentScript ?? document.querySelector('script[src*="/adapter.js"]'));
  const GAP = 16;

  const css = `
:host{all:initial;position:fixed;bottom:${GAP}px;direction:ltr;font:600 13px/1 system-ui,sans-serif;color-scheme:light dark;
--face:light-dark(#fbfaf7,#171613);--ink:light-dark(#1d1c19,#f1eee7);--soft:light-dark(#57534a,#bdb7aa);--line:light-dark(#e4e0d8,#34312b);--accent:light-dark(#0e6a58,#62c6ae)}
:host([hidden]){display:none}
.panel,.pill{position:absolute;bottom:0;right:0;box-sizing:border-box;color:var(--ink);transition:opacity .16s,transform .16s,visibility .16s}
:host(.left){left:${GAP}px}:host(.right){right:${GAP}px}
:host(.left) :is(.panel,.pill){right:auto;left:0}
.panel{display:flex;flex-direction:column;overflow:hidden;border-radius:16px;background:var(--face);max-width:calc(100vw - ${2 * GAP}px);max-height:calc(100dvh - ${2 * GAP}px);
box-shadow:0 0 0 1px var(--line),0 12px 24px #0b12201f,0 32px 64px #0b122029}
.bar{display:flex;align-items:center;height:38px;flex:none;border-bottom:1px solid var(--line);padding-inline:4px}
button{all:unset;box-sizing:border-box;display:flex;align-items:center;cursor:pointer;border-radius:9px;outline-offset:-2px}
button:focus-visible{outline:2px solid var(--accent)}
.grip{flex:1;min-width:0;height:30px;gap:8px;padding:0 8px;cursor:grab;touch-action:none;user-select:none}
.name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;line-height:1.4}
.min{width:30px;height:30px;justify-content:center;color:var(--soft)}
.min:hover{background:var(--line);color:var(--ink)}
svg{width:18px;height:18px;flex:none;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.grip svg{width:15px;height:15px;color:var(--accent)}
.pill{width:54px;height:54px;justify-content:center;border-radius:27px;background:var(--accent);color:light-dark(#fff,#08261f);touch-action:none;outline-offset:3px;box-shadow:0 8px 24px #0b12203d}
.pill:hover{transform:translateY(-2px)}
.pill svg{width:24px;height:24px}
.badge{min-width:18px;padding:0 5px;height:18px;box-sizing:border-box;border-radius:9px;background:#d92d40;color:#fff;font-size:11px;line-height:18px;text-align:center;font-variant-numeric:tabular-nums}
.badge:empty{display:none}
.pill .badge{position:absolute;top:-3px;right:-3px;box-shadow:0 0 0 2px var(--face)}
:host(.min) .panel,:host(:not(.min)) .pill{visibility:hidden;opacity:0;transform:translateY(8px) scale(.97);pointer-events:none}
::slotted(iframe){all:unset!important;display:block!important;flex:1!important;width:100%!important;min-height:0!important;border:0!important;visibility:inherit!important;color-scheme:auto!important}
@media(max-width:480px){:host(:not(.min)){transform:none!important;inset:auto 0 0!important}.panel{left:0!important;width:auto!important;max-width:none;height:min(88dvh,680px)!important;border-radius:16px 16px 0 0;padding-bottom:env(safe-area-inset-bottom)}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}`;

  /** @returns {any} */
  const make = (tag, attributes, ...children) => {
    const e = document.createElementNS(`http://www.w3.org/${/svg|path/.test(tag) ? '2000/svg' : '1999/xhtml'}`, tag);
    for (const name in attributes) e.setAttribute(name, attributes[name]);
    e.append(...children);
    return e;
  };
  const icon = (d) => make('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, make('path', { d }));
  const phone = () => icon('M6 3h3l2 5-2.5 1.5a11 11 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 3 6a3 3 0 0 1 3-3Z');

  /** @param {any} [o] */
  const start = ({ appUrl, options } = {}) => {
    if (window.RCAdapter) return window.RCAdapter;
    const src = script?.src ?? appUrl;
    const url = new URL(appUrl ?? 'app.html', src);
    const own = window.__ON_RC_POPUP_WINDOW;
    const given = new URL(own ? location : src).searchParams;
    for (const name in options) given.set(name, options[name] || '');
    // What is for this file stays here.
    const take = (name) => {
      const value = given.get(name);
      given.delete(name);
      return value;
    };
    const side = take('defaultDirection') === 'left' ? 'left' : 'right';
    const inward = side === 'left' ? 1 : -1;
    const zIndex = take('zIndex') || 999;
    const minimizable = !take('disableMinimize');
    const notify = !!take('notification');
    const looks = [own, ...['newAdapterUI', 'enablePopup', 'popupPageUri'].map(take)];
    if (own) given.set('fromPopup', given.get('fromPopup') || '1');
    given.set('fromAdapter', '1');
    for (const [name, value] of given) if (value) url.searchParams.set(name, value);
    const prefix = given.get('prefix') || 'rc-widget';
    const key = prefix + '-adapter';

    let name = 'Phone';
    // The frame must know its page. Calls wait for it.
    const frame = make('iframe', {
      id: prefix + '-adapter-frame', title: name, referrerpolicy: 'origin',
      allow: 'microphone; autoplay; clipboard-write; speaker-selection', src: url.href,
    });
    const host = make('div', { id: prefix, role: 'region' }, frame);
    document.body.append(host);
    let begin, fail, last, presence;
    const begun = new Promise((resolve, reject) => ([begin, fail] = [resolve, reject]));
    begun.catch(() => {});
    // x and y are the way from its corner.
    const state = { x: 0, y: 0, minimized: minimizable && innerWidth <= 480, closed: false };
    try {
      // Storage throws where cookies are refused.
      Object.assign(state, JSON.parse(localStorage[key]));
    } catch {}
    state.closed = false;
    if (!minimizable) state.minimized = false;

    const title = make('span', { class: 'name' }, name);
    const badges = [make('span', { class: 'badge' }), make('span', { class: 'badge' })];
    const grip = make('button', { class: 'grip', type: 'button' }, phone(), title, badges[0]);
    const shrink = make('button', { class: 'min', type: 'button', 'aria-label': 'Minimize' }, icon('m6 9 6 6 6-6'));
    const panel = make('div', { class: 'panel' }, make('div', { class: 'bar' }, grip), make('slot'));
    const pill = make('button', { class: 'pill', type: 'button' }, phone(), badges[1]);
    if (minimizable) grip.after(shrink);

    const root = host.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    root.append(panel, pill);
    host.style.zIndex = zIndex;
    panel.style.width = '300px';
    panel.style.height = '538px';

    const label = (unread = 0) => {
      title.textContent = frame.title = name;
      for (const b of badges) b.textContent = unread > 99 ? '99+' : String(unread || '');
      const words = unread ? `${name}, ${unread} unread` : name;
      host.setAttribute('aria-label', name);
      pill.setAttribute('aria-label', 'Open ' + words);
      grip.setAttribute('aria-label', words + '. Move with the arrow keys.');
    };
    const place = () => {
      const e = state.minimized ? pill : panel;
      const fit = (n, room) => Math.max(0, Math.min(n, room - 2 * GAP));
      const x = fit(state.x, innerWidth - e.offsetWidth);
      const y = fit(state.y, innerHeight - e.offsetHeight);
      host.style.transform = `translate(${x * inward}px,${-y}px)`;
      return { x, y };
    };
    const draw = () => {
      host.className = side + (state.minimized ? ' min' : '');
      host.hidden = state.closed;
      place();
      try {
        localStorage[key] = JSON.stringify(state);
      } catch {}
    };
    const set = (change) => {
      Object.assign(state, change);
      draw();
    };
    const show = () => set({ minimized: false, closed: false });

    // A short way is still a click.
    let moved = false;
    const draggable = (e) => {
      let from;
      e.addEventListener('pointerdown', (p) => {
        if (p.button) return;
        e.setPointerCapture(p.pointerId);
        moved = false;
        from = { ...place(), px: p.clientX, py: p.clientY };
      });
      e.addEventListener('pointermove', (p) => {
        if (!from) return;
        const dx = p.clientX - from.px;
        const dy = p.clientY - from.py;
        moved ||= Math.hypot(dx, dy) > 5;
        if (!moved) return;
        state.x = from.x + dx * inward;
        state.y = from.y - dy;
        place();
      });
      e.addEventListener('lostpointercapture', () => {
        from = undefined;
        if (moved) set(place());
      });
      e.addEventListener('keydown', (k) => {
        const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[k.key];
        if (!step) return;
        k.preventDefault();
        const { x, y } = place();
        set({ x: x + step[0] * inward * GAP, y: y + step[1] * GAP });
        set(place());
      });
    };
    draggable(grip);
    draggable(pill);
    const minimize = () => {
      if (!minimizable) return;
      set({ minimized: true });
      pill.focus();
    };
    shrink.addEventListener('click', minimize);
    grip.addEventListener('dblclick', minimize);
    pill.addEventListener('click', () => {
      if (moved) return void (moved = false);
      show();
      frame.focus();
    });
    const send = (type, fields) => {
      const post = () => frame.contentWindow?.postMessage({ ...fields, type }, url.origin);
      if (last) post();
      else begun.then(post, () => {}); // early commands wait, and go with the phone
    };
    /** @type {any} */
    const api = {
      clickToCall(phoneNumber, toCall = false) {
        show();
        send('rc-adapter-new-call', { phoneNumber, toCall });
      },
      clickToSMS(phoneNumber, text, conversation, attachments, recipient) {
        show();
        send('rc-adapter-new-sms', { phoneNumber, text, conversation, attachments, recipient });
      },
      navigateTo(path) {
        show();
        send('rc-adapter-navigate-to', { path });
      },
      setMinimized: (minimized) => set({ minimized: minimizable && !!minimized }),
      toggleMinimized: () => api.setMinimized(!state.minimized),
      setClosed: (closed) => set({ closed: !!closed }),
      toggleClosed: () => api.setClosed(!state.closed),
      setSize({ width, height }) {
        panel.style.width = width + 'px';
        panel.style.height = height + 38 + 'px';
        place();
      },
      dispose() {
        gone.abort();
        fail(gone.signal.reason);
        host.remove();
        Reflect.deleteProperty(window, 'RCAdapter');
      },
      get minimized() { return state.minimized; },
      get closed() { return state.closed; },
      get userStatus() { return presence?.userStatus; },
      get dndStatus() { return presence?.dndStatus; },
      get container() { return host; },
      get contentFrameEl() { return frame; },
    };

    const gone = new AbortController();
    const on = (target, type, fn) => target.addEventListener(type, fn, { signal: gone.signal });
    let rest;
    const more = async (method, ...args) => {
      rest ??= import(new URL('more.js', src).href).then((m) => m.default({ api, send, show, begun, signal: gone.signal, key, hear, last: () => last }));
      return (await rest)[method](...args);
    };
    for (const method of 'ready controlCall logoutUser signIn setTicketProvider alertMessage dismissMessage createSMSTemplate getUnloggedCalls getCallLog isWindowPoppedUp popupWindow setEnvironment updateSmsSetting updateRingtone updateCallingSetting setAutoLog'.split(' ')) {
      api[method] = (...args) => more(method, ...args);
    }

    const hear = (fn) => on(window, 'message', ({ source, origin, data }) => {
      if (source === frame.contentWindow && origin === url.origin && data) fn(data);
    });
    hear((data) => {
      if (data.type === 'offhook-open-notify') show();
      if (data.type === 'rc-adapter-syncPresence') presence = data;
      if (data.type !== 'offhook-frame-notify') return;
      last = data;
      name = data.name || name;
      label(data.unread);
      begin(api);
    });
    on(window, 'resize', place);
    if (notify) more('notify');
    if (looks.some(Boolean)) more('look', looks);
    on(document, 'click', (c) => {
      if (c.defaultPrevented || c.button || c.metaKey || c.ctrlKey || c.shiftKey || c.altKey) return;
      const link = c.composedPath().find((e) => /^(tel|sms):/i.test(e.href));
      if (!link) return;
      c.preventDefault();
      show();
      more('open', link.href);
    });

    label();
    draw();
    return (window.RCAdapter = api);
  };

  window.RCAdapterInit = start;
  window.RCAdapterDispose = () => window.RCAdapter?.dispose();
  if (window.RC_EMBEDDABLE_ADAPTER_MANUAL_INIT) return;
  if (document.body) start();
  else document.addEventListener('DOMContentLoaded', () => start());
})();
