// Keeps the shell of the touch screen on the disk, so that it starts without a network. The list and the digests are
// made by the server; a part whose bytes are others (half an update, a captive portal) is not taken, and the old shell stays.
const VERSION = {{ version | tojson }};
const PAGE = {{ page | tojson }};
const PARTS = {{ parts | tojson }};
const CACHE = `kiosk-${VERSION}`;

async function take([address, digest]) {
  const answer = await fetch(address, { cache: 'no-cache', credentials: 'omit', redirect: 'error' });
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  const bytes = await answer.clone().arrayBuffer();
  const found = Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (found !== digest) throw new Error(`${address}: other bytes`);
  return (await caches.open(CACHE)).put(address, answer);
}

addEventListener('install', (event) => event.waitUntil(Promise.all(Object.entries(PARTS).map(take))));

// The first one serves the page it came with. A later one waits until the page says that nobody stands in front of it.
addEventListener('activate', (event) => event.waitUntil((async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith('kiosk-') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
})()));
addEventListener('message', (event) => {
  if (event.data === 'now') event.waitUntil(skipWaiting());
});

addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  const address = event.request.mode === 'navigate' ? PAGE : pathname;
  if (event.request.method !== 'GET' || !(address in PARTS)) return;
  event.respondWith((async () => {
    const kept = await (await caches.open(CACHE)).match(address, { ignoreSearch: true, ignoreVary: true });
    return kept || fetch(event.request);
  })());
});
