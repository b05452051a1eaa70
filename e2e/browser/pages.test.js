// Pages that a host page describes: what somebody types is not lost while the
// page registers itself anew at each key stroke, a submit arrives, tabs stand
// in the bar, and the forms are for everybody.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';
import { asked, register, serve, times } from '../lib/service.js';

/** @typedef {import('../lib/person.js').Tab} Tab */

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(() => demo.close());

const service = { name: 'Acme', customizedPageInputChangedEventPath: '/input', buttonEventPath: '/button' };
const page = {
  id: 'lead',
  title: 'New lead',
  schema: {
    type: 'object',
    required: ['name'],
    properties: {
      name: { type: 'string', title: 'Name' },
      kind: { type: 'string', title: 'Kind', enum: ['person', 'company'] },
      hint: { type: 'string', description: 'Nothing typed' },
      open: { type: 'string', title: 'Open' },
    },
    dependencies: { kind: { oneOf: [{ properties: { kind: { const: 'company' }, tax: { type: 'string', title: 'Tax number' } } }] } },
  },
  uiSchema: { submitButtonOptions: { submitText: 'Create' }, hint: { 'ui:field': 'typography' }, open: { 'ui:field': 'button' } },
  formData: {},
};

/** @param {Tab} tab @param {Record<string, unknown>} what */
const describePage = (tab, what) => tab.post({ type: 'rc-adapter-register-customized-page', page: what });

/** Has somebody signed in beside a registered service. @param {string} who */
async function begin(who) {
  const { person, tab } = await Person.signedIn(demo, await demo.user(who));
  await serve(tab, { '/input': { data: 'ok' }, '/button': { data: 'ok' } });
  await register(tab, service);
  return { person, tab };
}

describe('a page', () => {
  it('keeps every key stroke while the host page registers it anew at each of them', async () => {
    const { person, tab } = await begin('Ada Archer');
    try {
      await describePage(tab, page);
      // As pages do it: the whole page comes again, with the values of the event.
      await tab.page.evaluate(
        ([selector, registered]) => {
          window.addEventListener('message', ({ data }) => {
            if (data?.type !== 'rc-post-message-request' || data.path !== '/input') return;
            const { formData } = data.body;
            const again = { ...registered, formData, schema: { ...registered.schema, properties: { ...registered.schema.properties, hint: { type: 'string', description: `Typed ${formData.name}` } } } };
            /** @type {HTMLIFrameElement} */ (document.querySelector(selector)).contentWindow?.postMessage({ type: 'rc-adapter-register-customized-page', page: again }, '*');
          });
        },
        /** @type {const} */ ([tab.selector, page]),
      );
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/customized/lead' });
      const save = tab.phone.getByRole('button', { name: 'Create' });
      await save.waitFor();
      assert.equal(await save.isDisabled(), true);
      const name = tab.phone.getByRole('textbox', { name: 'Name' });
      const text = 'Ada Example of Example and Sons, joiners since 1984';
      await name.click();
      await tab.page.keyboard.type(text);
      await tab.phone.getByText(`Typed ${text}`).waitFor();
      assert.equal(await name.inputValue(), text);
      // In the middle, too: the caret stays where somebody types.
      await tab.page.keyboard.press('Home');
      await tab.page.keyboard.type('Dr. ');
      await tab.phone.getByText(`Typed Dr. ${text}`).waitFor();
      assert.equal(await name.inputValue(), `Dr. ${text}`);

      await tab.phone.getByRole('combobox', { name: 'Kind' }).selectOption('company');
      await tab.phone.getByRole('textbox', { name: 'Tax number' }).fill('CHE-1');
      await tab.phone.getByRole('button', { name: 'Open' }).click();
      assert.equal((await asked(tab, '/button', '"id":"open"')).button.type, 'button');
      await save.click();
      const { button } = await asked(tab, '/button', '"type":"submit"');
      assert.deepEqual(button, { id: 'lead', type: 'submit', formData: { name: `Dr. ${text}`, kind: 'company', tax: 'CHE-1' } });
      const event = await asked(tab, '/input', '"keys":["tax"]');
      assert.equal(event.page.id, 'lead');
      assert.equal(event.page.schema.required[0], 'name');
    } finally {
      await person.close();
    }
  });

  it('takes the values that the host page sets, and keeps what was typed while somebody looks elsewhere', async () => {
    const { person, tab } = await begin('Ben Brook');
    try {
      await describePage(tab, page);
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/customized/lead' });
      const name = tab.phone.getByRole('textbox', { name: 'Name' });
      await name.fill('Mine');
      await asked(tab, '/input', 'Mine');
      await tab.goTo('Settings');
      await tab.post({ type: 'rc-adapter-navigate-to', path: '/customized/lead' });
      await name.waitFor();
      assert.equal(await name.inputValue(), 'Mine');
      // Without formData what was typed stays; with it the page's own is shown.
      await describePage(tab, { id: 'lead', title: 'Another title' });
      await tab.phone.getByRole('heading', { name: 'Another title' }).waitFor();
      assert.equal(await name.inputValue(), 'Mine');
      await describePage(tab, { id: 'lead', formData: { name: 'Theirs' } });
      await tab.phone.locator('input[value="Theirs"]').waitFor();
      assert.equal(await name.inputValue(), 'Theirs');
    } finally {
      await person.close();
    }
  });

  it('that is hostile is words', async () => {
    const { person, tab } = await begin('Ada Archer');
    try {
      const evil = '"><img src=x onerror=alert(1)><script>alert(1)</script>';
      await describePage(tab, { id: evil, title: evil, type: 'tab', schema: { type: 'object', properties: { [evil]: { type: 'string', title: evil, description: `[${evil}](javascript:alert(1))`, default: evil } } } });
      await tab.phone.getByRole('link', { name: /onerror/ }).click();
      const field = tab.phone.getByRole('textbox', { name: /onerror/ });
      await field.waitFor();
      assert.equal(await field.inputValue(), evil);
      assert.equal(await tab.phone.locator('#panel img, #panel script, #panel a').count(), 0);
    } finally {
      await person.close();
    }
  });
});

describe('tabs', () => {
  it('stand in the bar by their priority, and what does not fit stands under More', async () => {
    const { person, tab } = await begin('Ben Brook');
    try {
      const first = { ...page, type: 'tab', id: 'tab1', title: 'Deals', priority: 5, unreadCount: 120 };
      await describePage(tab, first);
      const bar = tab.phone.getByRole('navigation', { name: 'Phone' });
      await bar.getByRole('link', { name: /Deals/ }).waitFor();
      await bar.getByText('99+').waitFor();
      for (let i = 2; i <= 5; i++) await describePage(tab, { ...first, id: `tab${i}`, title: `Tab ${i}`, priority: 80 + i, unreadCount: 0 });
      await bar.getByRole('link', { name: 'Phone' }).waitFor(); // once it knows that the user can call
      await bar.getByRole('link', { name: 'History' }).waitFor(); // and that they may read it
      await bar.getByText('More', { exact: true }).click();
      await bar.getByRole('link', { name: 'Tab 5' }).waitFor();
      const shown = await bar.locator(':scope > a').allInnerTexts();
      assert.deepEqual(shown.map((s) => s.trim().split('\n').pop()), ['Deals', 'Phone', 'Messages', 'History', 'Contacts']);
      // What is open stays so while the page changes its tabs.
      await describePage(tab, { ...first, id: 'tab5', title: 'Tab 5', priority: 85, unreadCount: 7 });
      await bar.getByRole('link', { name: 'Tab 5' }).getByText('7').waitFor();
      await bar.getByRole('link', { name: 'Tab 5' }).click();
      await tab.phone.getByRole('heading', { name: 'Tab 5' }).waitFor();

      // A tab checks all values before it sends them.
      await bar.getByRole('link', { name: /Deals/ }).click();
      await tab.phone.getByRole('heading', { name: 'Deals' }).waitFor();
      await tab.phone.getByRole('button', { name: 'Create' }).click();
      await tab.phone.getByRole('alert').getByText('Fill in this field.').waitFor();
      assert.equal(await times(tab, '/button'), 0);
      await tab.phone.getByRole('alert').getByRole('button', { name: 'Name' }).click();
      await tab.page.keyboard.type('Ada');
      await tab.phone.getByText('Fill in this field.').first().waitFor({ state: 'detached' });
      await tab.phone.getByRole('button', { name: 'Create' }).click();
      assert.equal((await asked(tab, '/button', '"type":"submit"')).button.id, 'tab1');

      await describePage(tab, { id: 'tab1', hidden: true });
      await bar.getByRole('link', { name: /Deals/ }).waitFor({ state: 'detached' });
    } finally {
      await person.close();
    }
  });
});

describe('the bar', () => {
  it('takes a press that was begun before the host page changed it', async () => {
    const { person, tab } = await begin('Ben Brook');
    try {
      const deals = { ...page, type: 'tab', id: 'deals', title: 'Deals', priority: 90, unreadCount: 1 };
      await describePage(tab, deals);
      const bar = tab.phone.getByRole('navigation', { name: 'Phone' });
      await bar.getByRole('link', { name: /Deals/ }).waitFor();
      await bar.getByRole('link', { name: 'History' }).waitFor();
      await bar.getByRole('link', { name: 'Contacts' }).hover();
      await tab.page.mouse.down();
      await describePage(tab, { ...deals, unreadCount: 7 });
      await bar.getByText('7').waitFor();
      await tab.page.mouse.up();
      await tab.phone.getByRole('heading', { name: 'Contacts', exact: true }).waitFor();
    } finally {
      await person.close();
    }
  });
});

describe('call widgets', () => {
  it('show the pages that the host page answers, and tell it what is done there', async () => {
    const { person, tab } = await begin('Ada Archer');
    try {
      const first = { type: 'json-schema', schema: { type: 'object', required: ['note'], properties: { note: { type: 'string', title: 'Note' }, more: { type: 'string', title: 'More' } } }, uiSchema: { submitButtonOptions: { submitText: 'Log' }, more: { 'ui:field': 'button' } } };
      const second = { ...first, schema: { type: 'object', properties: { done: { type: 'string', description: 'It is logged' } } }, uiSchema: { done: { 'ui:field': 'admonition', 'ui:severity': 'success' } } };
      await serve(tab, { '/app': { data: first }, '/app/input': { data: 'ok' }, '/app/submit': { data: { page: second, actions: [{ id: 'undo', label: 'Undo' }] } }, '/app/button': { data: 'ok' } });
      await tab.post({ type: 'rc-adapter-register-widget-app', app: { id: 'notes', name: 'Acme notes', iconUri: 'data:image/png;base64,AA==', pagePath: '/app', inputChangedPath: '/app/input', submitPath: '/app/submit', buttonEventPath: '/app/button' } });
      await tab.post({ type: 'rc-adapter-navigate-to', path: `/number/${encodeURIComponent('+16505550142')}` });
      await tab.phone.getByRole('button', { name: 'Acme notes' }).click();
      const opened = await asked(tab, '/app');
      assert.equal(opened.contact.phoneNumber, '+16505550142');
      assert.equal(opened.app.id, 'notes');
      assert.match(opened.theme, /^(light|dark)$/);
      await tab.phone.getByRole('textbox', { name: 'Note' }).click();
      await tab.page.keyboard.type('Called back');
      assert.deepEqual((await asked(tab, '/app/input', 'Called back')).changedKeys, ['note']);
      assert.equal(await tab.phone.getByRole('textbox', { name: 'Note' }).inputValue(), 'Called back');
      await tab.phone.getByRole('button', { name: 'More', exact: true }).click();
      assert.deepEqual((await asked(tab, '/app/button')).button, { id: 'more' });
      await tab.phone.getByRole('button', { name: 'Log', exact: true }).click();
      assert.deepEqual((await asked(tab, '/app/submit')).formData, { note: 'Called back' });
      await tab.phone.getByText('It is logged').waitFor();
      await tab.phone.locator('.app__menu summary').click();
      await tab.phone.getByRole('button', { name: 'Undo' }).click();
      await asked(tab, '/app/button', '"id":"undo"');

      await tab.post({ type: 'rc-adapter-unregister-widget-app', appId: 'notes' });
      await tab.phone.getByRole('button', { name: 'Acme notes' }).waitFor({ state: 'detached' });
    } finally {
      await person.close();
    }
  });
});
