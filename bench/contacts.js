// What a service's 50,000 contacts cost whoever types meanwhile, and whether
// ten times as many take more than ten times as long: `node bench/contacts.js`.
// Times are of a machine that does other things as well; ratios move less.

import { acme, install } from '../e2e/lib/crm.js';
import { Demo } from '../e2e/lib/demo.js';
import { Person } from '../e2e/lib/person.js';
import { register } from '../e2e/lib/service.js';

const PAGE = 1000; // contacts in one answer

/** @param {import('../e2e/lib/person.js').Tab} tab @param {string} text @returns {Promise<number[]>} from each key to the next picture, in milliseconds */
async function typing(tab, text) {
  const frame = await tab.frame();
  await frame.evaluate(() => {
    /** @type {number[]} */
    const waits = [];
    Reflect.set(window, '__waits', waits);
    document.addEventListener('input', (e) => requestAnimationFrame(() => waits.push(performance.now() - e.timeStamp)));
  });
  await tab.composer().pressSequentially(text);
  await frame.waitForFunction((n) => Reflect.get(window, '__waits').length >= n, text.length);
  return frame.evaluate(() => Reflect.get(window, '__waits').toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b));
}

/** @param {number[]} sorted */
const median = (sorted) => sorted[sorted.length >> 1];

/** Somebody gets so many contacts while they type. @param {Demo} demo @param {number} many */
async function measure(demo, many) {
  const { person, tab } = await Person.signedIn(demo, await demo.user('Ada Archer'));
  try {
    const [colleague] = demo.facts.users;
    await tab.compose(colleague.phoneNumber, colleague.name);
    const calm = await typing(tab, 'Before they come. ');
    await install(tab, { many, pages: many / PAGE });
    // The last answer's time is told by the page itself: nobody else has to be looked at.
    await tab.page.evaluate(() => {
      const { answers } = Reflect.get(window, '__crm');
      const before = answers['/contacts'];
      const began = performance.now();
      answers['/contacts'] = (/** @type {any} */ body) => {
        const answer = before(body);
        if (!answer.nextPage) Reflect.set(window, '__took', performance.now() - began);
        return answer;
      };
    });
    await register(tab, acme);
    const busy = await typing(tab, 'While they come, I write what I mean. ');
    const took = await (await tab.page.waitForFunction(() => Reflect.get(window, '__took'))).jsonValue();
    return { calm: median(calm), busy: median(busy), worst: busy[busy.length - 1] / calm[calm.length - 1], took: Number(took) };
  } finally {
    await person.close();
  }
}

const demo = await Demo.start();
try {
  const few = await measure(demo, 2_000);
  const many = await measure(demo, 50_000);
  console.log(`typing: ${many.calm.toFixed(1)} ms at rest, ${many.busy.toFixed(1)} ms while 50,000 contacts come, ratio ${(many.busy / many.calm).toFixed(2)}; of the slowest letters ${many.worst.toFixed(2)}`);
  console.log(`contacts: ${few.took.toFixed(0)} ms for 2,000, ${many.took.toFixed(0)} ms for 50,000, for each ${(many.took / 50_000 / (few.took / 2_000)).toFixed(2)} times as long`);
} finally {
  await demo.close();
}
