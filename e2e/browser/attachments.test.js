// Pictures and files in texts: chosen, dropped and offered by the page, sent
// once with what is written, seen and opened by who gets them, also where the
// browser refuses every cookie.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { Demo } from '../lib/demo.js';
import { Person } from '../lib/person.js';

/** @type {Demo} */
let demo;
before(async () => {
  demo = await Demo.start();
});
after(async () => {
  assert.doesNotMatch(demo.log(), /rate limited/, 'a desk saw a 429');
  await demo.close();
});

const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>parent.document.title="run"</script></svg>';
const vcard = 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Omar Haddad\r\nORG:Harbor Supply\r\nTEL;TYPE=CELL:+16505550133\r\nEND:VCARD\r\n';

/** A picture that is larger than a text can carry, drawn by the browser. @param {import('playwright-core').Page} page */
function largePicture(page) {
  return page.evaluate(async () => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 1100;
    const paint = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const noise = paint.createImageData(canvas.width, canvas.height);
    for (let i = 0, seed = 7; i < noise.data.length; i++) noise.data[i] = i % 4 === 3 ? 255 : (seed = (seed * 16807) % 2147483647) & 255;
    paint.putImageData(noise, 0, 0);
    return canvas.toDataURL('image/png').split(',')[1];
  });
}

/** Whether a picture has been drawn. @param {import('playwright-core').Locator} img */
async function drawn(img) {
  await img.waitFor();
  await img.evaluate((/** @type {HTMLImageElement} */ e) => (e.complete && e.naturalWidth > 0 ? undefined : new Promise((resolve, reject) => {
    e.addEventListener('load', resolve);
    e.addEventListener('error', () => reject(new Error(`${e.src} did not load`)));
  })));
  return img.evaluate((/** @type {HTMLImageElement} */ e) => ({ width: e.naturalWidth, src: e.currentSrc }));
}

describe('pictures and files', () => {
  it('go together when they are chosen together, and alone by the button', async () => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    const his = await Api.as(demo, ben);
    await his.text(ada, 'Send me all of them');
    const { person, tab } = await Person.signedIn(demo, ada);
    const got = async () => (await his.texts()).filter((m) => m.direction === 'Inbound').map((m) => [m.subject, m.attachments.filter((/** @type {any} */ a) => a.type === 'MmsAttachment').length]);
    try {
      await tab.openConversation('Send me all of them');
      const tray = tab.phone.getByRole('list', { name: 'Pictures and files to send' });
      const gif = { mimeType: 'image/gif', buffer: Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=', 'base64') };
      const large = Buffer.from(await largePicture(tab.page), 'base64');
      await tab.phone.locator('[data-choose]').setInputFiles([{ name: 'one.png', mimeType: 'image/png', buffer: large }, { ...gif, name: 'two.gif' }, { ...gif, name: 'three.gif' }]);
      await tray.getByText('three.gif').waitFor();
      await tab.send('All three.');
      await tray.getByText('three.gif').waitFor({ state: 'detached' });
      await tab.phone.locator('.msg--mine:not(.msg--sending)').getByText('All three.').waitFor();
      assert.deepEqual(await got(), [['All three.', 3]]);

      await tab.phone.locator('[data-choose]').setInputFiles({ ...gif, name: 'four.gif' });
      await tray.locator('progress:visible').first().waitFor({ state: 'hidden' });
      await tray.getByText('four.gif').waitFor();
      await tab.goTo('Messages');
      await tab.openConversation(ben.name);
      await tray.getByText('four.gif').waitFor();
      await tab.phone.getByRole('button', { name: 'Send', exact: true }).click();
      await tray.getByText('four.gif').waitFor({ state: 'detached' });
      await tab.phone.locator('.msg--mine:not(.msg--sending) .pic').nth(3).waitFor();
      assert.deepEqual((await got()).map(([, n]) => n).sort(), [1, 3]);
    } finally {
      await person.close();
    }
  });

  it('go with a text once, over a reload, and are opened by who gets them', async () => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    await (await Api.as(demo, ben)).text(ada, 'Where do the boards go?');
    const { person, tab } = await Person.signedIn(demo, ada);
    const bens = await Person.signedIn(demo, ben, { cookies: 'refused' });
    try {
      await tab.openConversation('Where do the boards go?');
      const large = Buffer.from(await largePicture(tab.page), 'base64');
      assert.ok(large.length > 1_500_000, `the picture has only ${large.length} bytes`);
      const tray = tab.phone.getByRole('list', { name: 'Pictures and files to send' });
      await tab.phone.locator('[data-choose]').setInputFiles([
        { name: 'site.png', mimeType: 'image/png', buffer: large },
        { name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) },
        { name: 'notes.exe', mimeType: 'application/x-msdownload', buffer: Buffer.from('MZ') },
        { name: 'Omar Haddad.vcf', mimeType: 'text/vcard', buffer: Buffer.from(vcard) },
      ]);
      await tab.phone.getByText('“notes.exe” cannot go with a text.').waitFor();
      await tray.getByText('Omar Haddad.vcf').waitFor();
      await tray.getByText('site.jpg').waitFor(); // made small enough
      await tray.locator('progress:visible').first().waitFor({ state: 'hidden' });

      // What was added is part of the draft.
      await tab.page.reload();
      await tab.signedIn();
      await tray.getByText('Omar Haddad.vcf').waitFor();
      await tray.getByRole('button', { name: 'Remove drawing.svg' }).press('Enter');
      await tray.getByText('drawing.svg').waitFor({ state: 'detached' });
      await tab.phone.locator('[data-choose]').setInputFiles({ name: 'drawing.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) });
      await tray.getByText('drawing.svg').waitFor();
      await tray.locator('progress:visible').first().waitFor({ state: 'hidden' });
      await tab.send('Here.');
      await tab.bubble('Here.').waitFor();
      await tray.getByText('site.jpg').waitFor({ state: 'detached' });
      const hers = await drawn(tab.phone.locator('.msg--mine:not(.msg--sending) .pic img'));
      assert.match(hers.src, /^http/);

      await bens.tab.openConversation('Here.');
      const his = await drawn(bens.tab.phone.locator('.msg .pic img'));
      assert.match(his.src, /^blob:/, 'without cookies a picture comes by the one door');
      assert.equal(his.width, hers.width);
      await bens.tab.phone.getByRole('button', { name: 'Open picture site.jpg' }).click();
      const viewer = bens.tab.phone.getByRole('dialog', { name: 'site.jpg' });
      await drawn(viewer.getByRole('img', { name: 'site.jpg' }));
      await viewer.getByRole('button', { name: 'Larger' }).press('Enter');
      await viewer.locator('.viewer__img--zoomed').waitFor();
      await bens.tab.page.keyboard.press('Escape');
      await viewer.waitFor({ state: 'hidden' });

      await bens.tab.phone.getByRole('button', { name: 'Open contact card Omar Haddad' }).click();
      const card = bens.tab.phone.getByRole('dialog', { name: 'Omar Haddad.vcf' });
      await card.getByText('Harbor Supply').waitFor();
      await card.getByRole('button', { name: 'Mobile +16505550133' }).waitFor();
      await bens.tab.page.keyboard.press('Escape');

      const saving = bens.tab.page.waitForEvent('download');
      await bens.tab.phone.getByRole('link', { name: 'Download drawing.svg' }).click();
      assert.equal((await saving).suggestedFilename(), 'drawing.svg');

      const records = (await (await Api.as(demo, ben)).texts()).filter((m) => m.direction === 'Inbound');
      assert.equal(records.length, 1, 'it was sent once');
      const files = records[0].attachments.filter((/** @type {any} */ a) => a.type === 'MmsAttachment');
      assert.deepEqual(files.map((/** @type {any} */ a) => [a.fileName, a.contentType]), [['site.jpg', 'image/jpeg'], ['Omar Haddad.vcf', 'text/vcard'], ['drawing.svg', 'image/svg+xml']]);
      assert.ok(files.reduce((/** @type {number} */ n, /** @type {any} */ a) => n + a.size, 0) <= 1_500_000);

      // A drawing is never a document of ours, whoever opens its address.
      const link = await tab.phone.getByRole('link', { name: 'Download drawing.svg' }).getAttribute('href');
      const head = await (await tab.frame()).evaluate(async (address) => {
        const answer = await fetch((address ?? '').replace('?save=1', ''));
        return { type: answer.headers.get('Content-Type'), policy: answer.headers.get('Content-Security-Policy'), how: answer.headers.get('Content-Disposition') };
      }, link);
      assert.equal(head.type, 'application/octet-stream');
      assert.match(head.policy ?? '', /default-src 'none'.*sandbox/);
      assert.match(head.how ?? '', /^attachment/);
    } finally {
      await person.close();
      await bens.person.close();
    }
  });

  it('are offered by the page, dropped, and wait for the connection', async () => {
    const [ada, ben] = [await demo.user('Ada Archer'), await demo.user('Ben Brook')];
    const { person, tab } = await Person.signedIn(demo, ada);
    try {
      const tray = tab.phone.getByRole('list', { name: 'Pictures and files to send' });
      const gif = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
      const offer = {
        type: 'rc-adapter-new-sms',
        phoneNumber: ben.phoneNumber,
        text: 'The plan',
        attachments: [{ name: 'plan.gif', content: gif }, { name: 'page.html', content: 'data:text/html;base64,PGI+' }],
      };
      await tab.post(offer);
      await tray.getByText('plan.gif').waitFor();
      await tray.locator('progress:visible').first().waitFor({ state: 'hidden' });
      assert.equal(await tray.getByRole('listitem').count(), 1);
      assert.ok(person.console.some((line) => line.includes('page.html')), 'the developer is told what was left out');

      // What the page offered and nobody sent is gone with the page.
      const forgotten = tab.page.waitForResponse((r) => /\/files\/[^/]+\/delete$/.test(r.url()));
      await tab.goTo('Settings');
      await forgotten;
      await tab.post({ ...offer, attachments: [offer.attachments[0]] });
      await tray.getByText('plan.gif').waitFor();
      assert.equal(await tray.getByRole('listitem').count(), 1);
      await tab.phone.getByRole('button', { name: 'Send' }).click();
      await drawn(tab.phone.locator('.msg--mine .pic img'));

      await person.context.setOffline(true);
      const dropped = await (await tab.frame()).evaluateHandle((zip) => {
        const data = new DataTransfer();
        data.items.add(new File([zip], 'prices.zip', { type: 'application/zip' }));
        return data;
      }, 'PK');
      await tab.phone.locator('[data-panel=conversation]').dispatchEvent('drop', { dataTransfer: dropped });
      await tray.getByText('prices.zip').waitFor();
      await tab.send('And the prices');
      await tab.phone.locator('.msg--sending').getByText('prices.zip').waitFor();
      await person.context.setOffline(false);
      await tab.phone.locator('.msg--mine:not(.msg--sending)').getByText('prices.zip').waitFor();

      const records = (await (await Api.as(demo, ben)).texts()).sort((a, b) => a.creationTime.localeCompare(b.creationTime));
      assert.deepEqual(records.map((m) => [m.subject, m.attachments.at(-1).fileName]), [['The plan', 'plan.gif'], ['And the prices', 'prices.zip']]);
      // An application that takes contact cards is given them, and no token.
      await tab.post({ type: 'rc-adapter-register-third-party-service', service: { name: 'AcmeCRM', vcardHandlerPath: '/vcard' } });
      await tab.page.evaluate(() => window.addEventListener('message', ({ data, source }) => {
        if (data?.type !== 'rc-post-message-request' || data.path !== '/vcard') return;
        /** @type {Window} */ (source).postMessage({ type: 'rc-post-message-response', responseId: data.requestId, response: {} }, '*');
      }));
      await tab.phone.locator('[data-choose]').setInputFiles({ name: 'Omar Haddad.vcf', mimeType: 'text/vcard', buffer: Buffer.from(vcard) });
      await tray.getByText('Omar Haddad.vcf').waitFor();
      await tab.send('Our foreman');
      const card = tab.phone.locator('.msg--mine:not(.msg--sending)').getByRole('button', { name: 'Open contact card Omar Haddad' });
      await card.waitFor();
      await card.press('Enter');
      const asked = await tab.hears('rc-post-message-request', '/vcard');
      assert.equal(asked.body.vcard, vcard);
      assert.match(asked.body.vcardUri, /^http:\/\/localhost:\d+\/p\/[^?]*$/);
      await tab.phone.locator('#live').getByText('Omar Haddad.vcf was given to AcmeCRM').waitFor({ state: 'attached' });
      assert.equal(await tab.phone.locator('dialog.viewer').count(), 0);

      assert.deepEqual(person.console.filter((line) => line.startsWith('uncaught')), []);
    } finally {
      await person.close();
    }
  });
});
