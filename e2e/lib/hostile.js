// What a hostile page puts into its messages, and what must not come of it.

/**
 * Words that try to become something else, by what they try. Each would, if it
 * ran, set `pwned`, or ask for something of evil.example.
 * @type {Record<string, string>}
 */
export const payloads = {
  markup: `x'"><img src="https://evil.example/i.png" onerror="window.pwned=1"><svg onload="window.pwned=1"></svg><script>window.pwned=1</script><style>*{background:url(https://evil.example/s)}</style><a id="pwnedid" class="pwnedclass" pwnedattribute hx-get="https://evil.example/h" hx-trigger="load" href="javascript:window.pwned=1">x</a>{{pwned}}\${pwned}`,
  scheme: 'javascript:window.pwned=1//https://evil.example/j',
  address: 'https://evil.example/pwned.svg',
  picture: `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwned=1"><image href="https://evil.example/in.png"/><script>window.pwned=1</script></svg>')}`,
  styles: `red;background:url(https://evil.example/c);position:fixed;inset:0`,
  name: '__proto__',
  method: 'checkValidity',
  bidi: '‮⁦pwned⁧‭ gnipposs‮ [x](javascript:pwned) **b** [y](https://evil.example/‮gpj.exe)',
};

/**
 * The fields of a service with the same words in each.
 * @param {string} p
 */
export function service(p) {
  return {
    name: p, displayName: p, info: p, authorizationPath: '/authorize', authorizedTitle: p, unauthorizedTitle: p, authorized: true, authorizedAccount: p, authorizationLogo: p, showAuthRedDot: true,
    licenseStatus: p, licenseStatusColor: p, licenseDescription: p, authorizationLinks: [{ label: p, uri: p }, { label: p, uri: `https://evil.example/${p}` }],
    contactsPath: '/contacts', contactIcon: p, contactSearchPath: '/search', contactMatchPath: '/match', activitiesPath: '/activities', activityPath: '/activity', activityName: p, viewMatchedContactPath: '',
    messageLoggerPath: '/log', messageLoggerTitle: p, messageLogEntityMatcherPath: '/log/match', messageLoggerAutoSettingLabel: p, messageLoggerAutoSettingDescription: p, messageLoggerAutoSettingReadOnly: true, messageLoggerAutoSettingReadOnlyReason: p, messageLoggerAutoSettingReadOnlyValue: true,
    callLoggerPath: '/log', callLoggerTitle: p, callLoggerAutoSettingLabel: p, callLoggerAutoSettingWarning: p,
    feedbackPath: '/feedback', settingsPath: '/settings', buttonEventPath: '/button', customizedPageInputChangedEventPath: '/page',
    buttons: ['smsToolbar', 'contactAction', 'messageAction'].map((type) => ({ id: `${p}${type}`, type, label: p, icon: p })),
    settings: settings(p),
    [p]: p,
  };
}

/** @param {string} p */
export function settings(p) {
  const options = [{ id: p, name: p, description: p }, { id: `${p}2`, name: p }];
  const words = { name: p, description: p, helper: p, placeholder: p, warning: p, readOnlyReason: p };
  return [
    { id: `${p}b`, type: 'boolean', value: true, readOnly: true, ...words },
    { id: `${p}o`, type: 'option', options, value: p, ...words },
    { id: `${p}u`, type: 'button', buttonLabel: p, ...words },
    { id: `${p}l`, type: 'button', buttonType: 'link', buttonLabel: p, ...words },
    { id: `${p}e`, type: 'externalLink', uri: p, ...words },
    { id: `${p}f`, type: 'externalLink', uri: 'https://example.com/', ...words },
    { id: `${p}g`, type: 'group', items: [{ id: `${p}h`, type: 'boolean', value: false, ...words }], ...words },
    {
      id: 'section', type: 'section', ...words, name: 'The section', items: [
        { id: p, type: 'option', checkbox: true, options, value: p, ...words },
        { id: `${p}m`, type: 'option', checkbox: true, multiple: true, options, value: [p], ...words },
        { id: `${p}s`, type: 'string', value: p, ...words },
        { id: `${p}t`, type: 'text', value: p, ...words },
        { id: `${p}a`, type: 'array', value: [p], ...words },
        { id: `${p}y`, type: 'typography', value: p, variant: p, ...words },
        { id: `${p}d`, type: 'admonition', value: p, severity: p, ...words },
      ],
    },
  ];
}

/** @param {string} p */
export const contact = (p) => ({
  id: 'evil', type: p, name: p, firstName: p, lastName: p, phoneNumbers: [{ phoneNumber: '+14155550142', phoneType: p }, { phoneNumber: p, phoneType: p }],
  emails: [p, `${p}@example.com`], company: p, department: p, jobTitle: p, profileImageUrl: p, description: p, entityType: p, others: { [p]: p },
});

/** A page with each kind of field. @param {string} p @param {string} id @param {string} type */
export function page(p, id, type) {
  const one = { type: 'string', title: p, description: p };
  const choice = { ...one, oneOf: [{ const: p, title: p, description: p }, { const: 'b', title: 'B' }] };
  return {
    id, type, title: p, iconUri: p, activeIconUri: p, darkIconUri: p, unreadCount: 3, priority: 35, [p]: p,
    actions: [{ id: p, label: p, icon: p, color: p }],
    schema: {
      type: 'object', title: p, description: p, required: [p],
      properties: {
        [p]: one, area: one, choice, radio: choice, flag: { type: 'boolean', title: p, description: p }, number: { type: 'number', title: p }, day: { ...one, format: 'date' }, shade: one,
        list: { ...one, oneOf: [{ const: p, title: p, description: p, meta: p, icon: p, backgroundImage: p, backgroundColor: p, authorName: p, authorAvatar: p, actions: [{ id: p, title: p, icon: p, color: p }] }] },
        link: one, button: one, prose: one, note: one, search: one, group: { type: 'object', title: p, properties: { [p]: one } },
      },
    },
    uiSchema: {
      'ui:order': [p, '*'], submitButtonOptions: { submitText: p },
      [p]: { 'ui:placeholder': p, 'ui:help': p, 'ui:widget': p, 'ui:field': p, 'ui:options': { [p]: p } },
      area: { 'ui:widget': 'textarea', 'ui:placeholder': p }, radio: { 'ui:widget': 'radio' }, shade: { 'ui:widget': 'color' },
      list: { 'ui:field': 'list', 'ui:showIconAsAvatar': true, 'ui:itemDirection': p },
      link: { 'ui:field': 'link', 'ui:href': p, 'ui:underline': true, 'ui:color': p }, button: { 'ui:field': 'button', 'ui:variant': p, 'ui:color': p },
      prose: { 'ui:field': 'typography', 'ui:variant': p, 'ui:style': { background: p }, 'ui:color': p, 'ui:bulletedList': true }, note: { 'ui:field': 'admonition', 'ui:severity': p },
      search: { 'ui:field': 'search', 'ui:placeholder': p }, group: { 'ui:collapsible': true, 'ui:icon': p },
    },
    formData: { [p]: p, area: p, choice: p, radio: p, list: p, shade: p, day: p },
  };
}

/**
 * What stands in a document that a page's words may not make: runs in the
 * frame. Everything that is found is named.
 * @returns {string[]}
 */
export function strangers() {
  const bad = [];
  if (Reflect.get(window, 'pwned')) bad.push('a script has run');
  for (const name of ['polluted', 'pwned']) if (name in {} || name in []) bad.push(`every object has ${name}`);
  const mayCarry = /^(value|title|alt|placeholder|label|href|src|content|data-[\w-]+|aria-label|aria-description)$/;
  for (const e of document.querySelectorAll('*')) {
    const tag = e.localName;
    if (/^(script|style|link|iframe|object|embed|base|meta)$/.test(tag) && document.body.contains(e)) bad.push(`<${tag}>`);
    for (const { name, value } of e.attributes) {
      if (/^on|pwned/.test(name)) bad.push(`${tag} ${name}`);
      if (!mayCarry.test(name) && /pwned|evil|javascript:|checkValidity|__proto__/i.test(value)) bad.push(`${tag} ${name}="${value.slice(0, 80)}"`);
    }
    if (!document.body.contains(e)) continue; // the head is the server's own
    const href = e.getAttribute('href') ?? e.getAttribute('action') ?? '';
    if (/^\s*(javascript|data|vbscript|file|blob):/i.test(href)) bad.push(`${tag} leads to ${href.slice(0, 80)}`);
    if (tag === 'a' && /^https?:/.test(href) && !/noopener/.test(e.getAttribute('rel') ?? '')) bad.push(`a link that keeps its opener: ${href.slice(0, 80)}`);
    const src = e.getAttribute('src') ?? '';
    if (tag === 'img' && /^\w+:/.test(src) && !/^(data:image\/|blob:)/.test(src)) bad.push(`a picture of ${src.slice(0, 80)}`);
    if (e.getAttribute('style') && /evil|pwned/.test(e.getAttribute('style') ?? '')) bad.push(`${tag} style`);
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walker.nextNode(); n; n = walker.nextNode()) {
    if (n.parentElement?.localName === 'textarea') continue; // a value, in a box of its own
    if (/[\u202d\u202e]/.test(n.nodeValue ?? '')) bad.push(`text in ${n.parentElement?.localName}.${n.parentElement?.className} that turns its surroundings around: ${n.nodeValue?.slice(0, 60)}`);
  }
  const panel = document.getElementById('panel');
  if (panel && panel.clientHeight < innerHeight / 3) bad.push(`the panels have only ${panel.clientHeight} pixels left`);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const widest = [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1).map((e) => `${e.localName}.${e.classList[0] ?? ''}`).slice(0, 4);
  if (wide > 0) bad.push(`the phone is ${wide} pixels too wide: ${widest.join(', ')}`);
  return [...new Set(bad)];
}
