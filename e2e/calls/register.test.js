// Registering: five released phones, as the contract has it word by word.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, afterEach, before, describe, it } from 'node:test';
import { Api } from '../lib/api.js';
import { clients } from '../lib/far.js';
import { Stage } from './stage.js';

/** @type {Stage} */ let stage;
before(async () => {
  stage = await Stage.open();
});
afterEach(() => stage.clear());
after(() => stage.close());

describe('a web phone', () => {
  for (const client of clients) {
    it(`registers and unregisters as ${client}`, async () => {
      const far = await stage.phone(client, await stage.demo.user());
      assert.deepEqual(await far.transcript(), ['>REGISTER', ...(await hundred(far)), '<401', '>REGISTER', ...(await hundred(far)), '<200']);
      await far.does('unregister');
      await far.told('unregistered');
      const last = (await far.messages()).filter(({ out, text }) => out && text.startsWith('REGISTER')).at(-1)?.text ?? '';
      assert.match(last, /expires[=:] ?0/i);
    });
  }

  it('is asked and answered exactly as its own tests want', async () => {
    const far = await stage.phone('web-phone', await stage.demo.user());
    assert.deepEqual(await far.transcript(), ['>REGISTER', '<100', '<401', '>REGISTER', '<100', '<200']);
    assert.match(await far.message('<401'), /^Www-Authenticate: Digest .*realm="[^"]+".*nonce="/m);
    assert.doesNotMatch(await far.message('<401'), /qop/);
    assert.match(await far.message('<200'), /^Contact: .*;expires=\d+/m);
    await far.does('renew');
    await far.told('renewed');
  });

  it('is refused with another password', async () => {
    const user = await stage.demo.user();
    const provision = await (await Api.as(stage.demo, user)).provision();
    provision.sipInfo[0].password += 'x';
    const far = await stage.exchange.phone('web-phone', user, { provision });
    await far.does('register');
    assert.match(await far.told('refused'), /Registration failed/);
    await far.vanish();
  });

  it('is the sixth of its user and too many, and takes the room of one that left', async () => {
    const user = await stage.demo.user();
    const provision = await (await Api.as(stage.demo, user)).provision();
    const five = await Promise.all(Array.from({ length: 5 }, () => stage.phone('web-phone', user, { provision, instance: randomUUID() })));
    const sixth = await stage.exchange.phone('web-phone', user, { provision, instance: randomUUID() });
    await sixth.does('register');
    assert.match(await sixth.told('refused'), /603/);
    await five[0].does('unregister');
    await five[0].told('unregistered');
    await sixth.does('register');
    await sixth.told('registered');
    await sixth.vanish();
  });
});

/** Whether this client was sent a 100: the exchange may answer at once. @param {import('../lib/far.js').Far} far */
async function hundred(far) {
  return (await far.transcript()).includes('<100') ? ['<100'] : [];
}
