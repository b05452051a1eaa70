// Recorded messages of the page's own application, which are left in the
// user's place where a machine answers: who hears them, what a mailbox keeps
// of them, and what cannot be left.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { Files } from '../lib/files.js';
import { Host } from '../lib/host.js';
import { register, serve } from '../lib/service.js';
import { hearsWithout } from '../lib/tone.js';
import { heard, sine, unwav, wav } from '../lib/wave.js';
import { Handset } from './handset.js';
import { Stage, voices } from './stage.js';

/** @type {Stage} */ let stage;
/** @type {Host} */ let host;
/** @type {Files} */ let files;

const [mine, theirs] = voices;
/** What the messages say, in Hz. */
const [spring, autumn] = [1200, 1800];
/** A message as a page has it: in stereo quality, far more than a telephone carries. @param {number} hz @param {number} [seconds] @param {number} [rate] */
const sound = (hz, seconds = 4, rate = 44_100) => `data:audio/wav;base64,${wav(sine(hz, seconds, rate), rate).toString('base64')}`;

before(async () => {
  stage = await Stage.open();
  host = await Host.start(stage.demo);
  files = await Files.start({ '/autumn.wav': wav(sine(autumn, 3, 16_000), 16_000) });
  await host.allow(stage.demo.facts.apps[0].clientId, '--origin', stage.demo.facts.host.url, '--asset-origin', files.origin);
});
afterEach(() => stage.clear());
after(async () => {
  files.close();
  host.close();
  await stage.close();
});

/**
 * A person whose page has these recorded messages.
 * @param {unknown[]} messages @param {Record<string, string>} [parameters]
 */
async function handset(messages, parameters = { enableVoicemailDrop: '1', enableAnalytics: '1' }) {
  host.put('/', host.script({ clientId: stage.demo.facts.apps[0].clientId, ...parameters }));
  const me = await stage.handset('Dora Dropper', mine, { host, path: '/' });
  await offer(me, messages);
  return me;
}

/** What the page does when it is loaded. @param {Handset} me @param {unknown[]} messages */
async function offer(me, messages) {
  await serve(me.tab, { '/drops': messages });
  await register(me.tab, { name: 'Acme', voicemailDropFilesPath: '/drops' });
}

/** Opens the recorded messages. @param {Handset} me */
async function choose(me) {
  await me.press('Leave message');
  const list = me.live.locator('[data-drop-list]');
  await list.waitFor();
  return list;
}

/** What the page was told that the user does with messages. @param {Handset} me */
async function tracked(me) {
  const all = (await me.tab.heard()).map(({ data }) => data).filter((m) => m?.type === 'rc-analytics-track' && /drop/i.test(m.event));
  return all.map(({ event, properties }) => [event, properties]);
}

/** A person nobody answers for but their mailbox. */
async function mailbox() {
  const user = await stage.demo.user('Mia Mailbox');
  return { user, watch: await stage.watch(user) };
}

/** What a mailbox has kept. @param {import('../lib/call.js').Watch} watch */
async function kept(watch) {
  const message = await watch.until(({ events }) => events.find((e) => e.event.includes('/voicemail'))?.body, 'a voicemail');
  return unwav(await watch.api.download(message.attachments[0].uri));
}

describe('a recorded message', () => {
  it('enableVoicemailDrop: a recorded message is left in the user\'s place, and the call ends', async () => {
    const hostile = [null, 7, { label: '', uri: sound(spring, 1) }, { label: 'Page', uri: 'data:text/html,<b>no</b>' }, { label: 'Script', uri: 'javascript:alert(1)' }];
    const me = await handset([...hostile, { id: 'a', label: '<i>Spring</i>', uri: sound(spring, 8), fileName: 'spring.wav' }, { id: 'b', label: 'Autumn', uri: sound(autumn, 8) }]);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    const list = await choose(me);
    assert.deepEqual(await list.locator('[data-drop-label]').allTextContents(), ['<i>Spring</i>', 'Autumn']);
    await list.getByRole('button', { name: 'Listen: Autumn' }).click();
    await list.locator('[data-drop-hear][aria-pressed=true]').waitFor();
    await list.getByRole('button', { name: 'Spring' }).first().click();
    const { call } = await me.tab.hears('rc-call-drop-voicemail-notify');
    await me.live.getByText('Waiting until they are silent').waitFor();
    await far.page.evaluate(() => Reflect.get(window, '__sound').speak(0)); // a greeting that is over
    await Promise.all([
      hearsWithout(far.page, [spring], [mine, autumn]), me.live.getByText('Leaving your message').first().waitFor(),
      me.live.getByText('Your message was left.').first().waitFor(), far.told('ended'),
    ]);
    const ended = await me.tab.hears('rc-call-end-notify', call.id);
    assert.deepEqual([ended.call.outcome, ended.call.voicemailDrop], ['hungUp', 'left']);
    await me.tab.hears('rc-analytics-track', 'completed');
    assert.deepEqual(await tracked(me), [['Open voicemail drop', {}], ['Drop voicemail message', {}], ['Voicemail drop completed', {}]]);
  });

  it('is in the mailbox it was left in, whole, also when the page is loaded anew meanwhile', async () => {
    const me = await handset([{ id: 'a', label: 'Spring', uri: sound(spring, 5) }]);
    const { user, watch } = await mailbox();
    await me.call(user.phoneNumber);
    await me.is('connected');
    await (await choose(me)).getByRole('button', { name: 'Spring' }).first().click();
    await me.live.getByText('Waiting until they are silent').waitFor();
    await me.reload();
    const left = await kept(watch);
    const [said, spoken] = [heard(left, spring), heard(left, mine)];
    assert.ok(said.length / 20 > 4.5, `of five seconds of message ${said.length / 20} are in the mailbox, of ${left.samples.length / left.rate}`);
    // Who chooses it after the tone has been heard by then, and is not in the silence that it waits for.
    assert.ok(spoken.every((at) => at < said[0] - 1), `the message begins at ${said[0]} s, and the microphone is in the mailbox at ${spoken} s`);
  });

  it('leaves the user free to take another call, and can be stopped', async () => {
    const me = await handset([{ id: 'a', label: 'Spring', uri: sound(spring, 60, 8000) }]);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await (await choose(me)).getByRole('button', { name: 'Spring' }).first().click();
    await me.live.getByText('Waiting until they are silent').waitFor();
    await far.page.evaluate(() => Reflect.get(window, '__sound').speak(0));
    await far.hears(spring);
    const other = await stage.party('web-phone', voices[2], 'Otto Other');
    await other.does('call', me.user.phoneNumber);
    await me.answer(); // and not «Hold and answer»
    await Promise.all([me.hears(voices[2]), other.hears(mine), far.hears(spring)]);
    await me.live.getByRole('button', { name: 'Stop and hang up' }).click();
    await far.told('ended');
    await Promise.all([me.hears(voices[2]), other.hears(mine)]);
    await me.press('Hang up');
    await other.told('ended');
  });

  it('may lie at an asset origin of the embed, and nowhere else; what is no sound, or too long, says so', async () => {
    const me = await handset([
      { id: 'a', label: 'Autumn', uri: `${files.origin}/autumn.wav` }, { id: 'b', label: 'Elsewhere', uri: `${host.origin}/spring.wav` },
      { id: 'c', label: 'Noise', uri: 'data:audio/mpeg;base64,bm90IGEgc291bmQ=' }, { id: 'd', label: 'Novel', uri: sound(spring, 121, 8000) },
    ]);
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    const list = await choose(me);
    for (const [label, sentence] of [['Elsewhere', 'cannot be loaded'], ['Noise', 'is not a sound'], ['Novel', 'is longer than two minutes']]) {
      await list.getByRole('button', { name: label }).first().click();
      await me.live.getByText(`“${label}” ${sentence}`).waitFor().catch(async () => assert.fail(`${label}: ${await me.live.innerText()}`));
      assert.equal((await me.calls())[0].drop, undefined);
    }
    await far.hears(mine); // nothing has changed
    await list.getByRole('button', { name: 'Autumn' }).first().click();
    await far.page.evaluate(() => Reflect.get(window, '__sound').speak(0));
    await hearsWithout(far.page, [autumn], [mine]);
    await far.told('ended');
  });

  it('is not offered where the page has none, or does not ask for it', async () => {
    const me = await handset([], {});
    const far = await stage.party('web-phone', theirs);
    await me.talksTo(far);
    await me.live.locator('#live-record').waitFor();
    assert.equal(await me.live.getByRole('button', { name: 'Leave message' }).count(), 0);
    await me.press('Hang up');
    await far.told('ended');
  });
});
