// The paired touch screen: puts its parts together. Only one window of a browser is the kiosk.

import { Delivery } from './delivery.js';
import { Outbox } from './outbox.js';
import { Screens } from './screens.js';
import * as time from './time.js';

const { version, api, texts } = document.documentElement.dataset;
const HOUR = 3_600_000;
const RESCUE = 15_000;   // ms between attempts to write what the disk did not take
const PATIENCE = 600_000; // ms for which a new version waits for presses to be sent

const outbox = new Outbox();
let screens = null;
const delivery = new Delivery({ outbox, api, version, changed: () => screens?.changed() });
screens = new Screens({ outbox, delivery, texts: JSON.parse(texts), insecure: !isSecureContext });

// The shell on the disk, and its next version: taken when nobody is here, never under somebody's hands.
async function keepShell() {
  const worker = navigator.serviceWorker;
  if (!worker) return;
  let stale = false;
  let since = 0;
  const first = !worker.controller;
  worker.addEventListener('controllerchange', () => { stale = stale || !first || since > 0; });
  const registration = await worker.register(new URL('../sw.js', new URL(api, location.href)), { updateViaCache: 'none' });
  setInterval(() => registration.update().catch(() => {}), HOUR);
  let asked = '';
  setInterval(async () => {
    if (delivery.newest && delivery.newest !== version && delivery.newest !== asked) {
      asked = delivery.newest;
      registration.update().catch(() => { asked = ''; });
    }
    if (!screens.atRest()) return;
    if (stale) return location.reload();
    if (!registration.waiting) return;
    since ||= performance.now();
    const { waiting } = await outbox.counts();
    if ((!waiting || performance.now() - since > PATIENCE) && screens.atRest()) registration.waiting?.postMessage('now');
  }, 2_000);
}

async function keepAwake() {
  const ask = () => {
    if (document.visibilityState === 'visible') navigator.wakeLock?.request('screen').catch(() => {});
  };
  document.addEventListener('visibilitychange', ask);
  ask();
}

async function run() {
  screens.setElsewhere(false);
  time.watch();
  await outbox.open();
  await delivery.load();
  screens.run();
  navigator.storage?.persist?.().catch(() => {});
  keepShell().catch(() => {}); // without it the kiosk works as long as there is a network
  keepAwake();
  setInterval(() => { if (outbox.memory.size) outbox.rescue().then(() => screens.changed()); }, RESCUE);
  await delivery.start();
  screens.changed();
}

if (isSecureContext) {
  const mine = () => new Promise(() => run()); // held as long as the window lives
  navigator.locks.request('kiosk', { ifAvailable: true }, (lock) => {
    if (lock) return mine();
    screens.setElsewhere(true);
    navigator.locks.request('kiosk', mine);
    return null;
  });
}
