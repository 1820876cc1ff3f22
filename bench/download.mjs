// Downloads in Chromium over the bridge: one large message, many small ones, beside a bare WebSocket that sends the
// same number of bytes; and what the page's process holds meanwhile.
import { memoryOf, openClient, rendererMib } from './browser.mjs';
import { startMailbox } from './mailbox.mjs';
import { measure } from './measure.mjs';
import { startSite } from './site.mjs';

const SAMPLE_MS = 50;

/** Runs in the page: functions that give octets and time. */
function prepare(bareUrl) {
  const { client } = globalThis;
  const timed = async (work) => {
    const begun = performance.now();
    const octets = await work();
    return { octets, ms: performance.now() - begun };
  };
  const read = async (uid) => {
    let octets = 0;
    for await (const chunk of client.download(uid, '')) octets += chunk.length;
    return octets;
  };
  globalThis.open = (mailbox) => client.select(mailbox, { readOnly: true });
  globalThis.large = () => timed(() => read(1));
  globalThis.small = async () => {
    const uids = await client.search({});
    return timed(async () => {
      let octets = 0;
      const reader = async () => {
        for (let uid = uids.pop(); uid !== undefined; uid = uids.pop()) {
          const more = await read(uid);
          octets += more;
        }
      };
      await Promise.all(Array.from({ length: 8 }, reader));
      return octets;
    });
  };
  globalThis.bare = (count) =>
    timed(
      () =>
        new Promise((resolve) => {
          const socket = new WebSocket(bareUrl);
          socket.binaryType = 'arraybuffer';
          let octets = 0;
          socket.addEventListener('open', () => socket.send(String(count)));
          socket.addEventListener('message', ({ data }) => {
            octets += data.byteLength;
            if (octets < count) return;
            socket.close();
            resolve(octets);
          });
        }),
    );
}

/** The most that the page's process held while `work` ran, above what it held before, in MiB. */
async function growth(page, work) {
  const before = await memoryOf(page);
  let most = before;
  let running = true;
  const watch = (async () => {
    while (running) {
      most = Math.max(most, await rendererMib());
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  await work();
  running = false;
  await watch;
  return most - before;
}

export async function download({ messages, rounds }) {
  const dovecot = await startMailbox({ messages });
  const site = await startSite(dovecot.port);
  const page = await openClient(site, { autoIdle: false });
  const call = (order, given) => page.evaluate(([what, value]) => globalThis[what](value), [order, given]);
  try {
    await page.evaluate(prepare, site.bare);
    const sizes = {};
    for (const [name, mailbox] of [
      ['large', 'Large'],
      ['small', 'Small'],
    ]) {
      await call('open', mailbox);
      sizes[name] = (await call(name)).octets;
    }
    const contender = (name, title, mailbox) => {
      const mib = (sizes[name] / 2 ** 20).toFixed(1);
      const bare = `bare WebSocket, ${mib} MiB`;
      return [
        { name: bare, run: async () => (await call('bare', sizes[name])).ms },
        {
          name: `${title}, ${mib} MiB`,
          beside: { [bare]: null },
          run: async () => {
            await call('open', mailbox);
            const { octets, ms } = await call(name);
            if (octets !== sizes[name]) throw new Error(`${octets} of ${sizes[name]} octets came`);
            return ms;
          },
        },
      ];
    };
    const few = Math.min(rounds, 5);
    const rows = await measure(
      [
        ...contender('large', 'one large message', 'Large'),
        ...contender('small', '1,000 small messages', 'Small'),
      ],
      few,
    );
    await call('open', 'Large');
    const mib = await growth(page, () => call('large'));
    rows.push({ name: 'memory above idle, large', unit: 'MiB', median: mib, min: mib, max: mib, ratios: [] });
    return { title: '4. Download in Chromium, over the bridge', rows };
  } finally {
    await page.close();
    await site.close();
    await dovecot.stop();
  }
}
