// What was touched, on disk before anybody is thanked, and until the server has said that it has it.
// Three stores: presses (to be sent), dead (refused for good, kept for a person to look at), settings.

const SLOW = 2_000; // ms after which a disk that does not answer is not waited for
const NEVER = 1e15;
const MONTH = 30 * 86_400_000; // ms after which words that were refused for good are erased: REFUSED_WORDS of hub/jobs/retention.py

function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error || new Error('aborted'));
  });
}

function name(row) {
  return `${row.id}/${row.rev}`;
}

export class Outbox {
  memory = new Map(); // what the disk did not take: sent all the same, and written as soon as there is room
  broken = '';        // why the disk did not take the last thing: the name of an error
  #db = null;
  #opening = null;
  #next = 0;          // presses are sent in the order of this number

  async open() {
    try {
      const db = await this.#opened();
      const last = await answered(db.transaction('presses').objectStore('presses').index('n').openKeyCursor(null, 'prev'));
      this.#next = Math.max(this.#next, last ? last.key + 1 : 0);
      this.broken = '';
    } catch (error) {
      this.broken = error?.name || 'Error';
    }
    return this;
  }

  #opened() {
    if (this.#db) return this.#db;
    this.#opening ||= new Promise((resolve, reject) => {
      const request = indexedDB.open('kiosk', 1);
      request.onupgradeneeded = () => {
        const db = request.result;
        db.createObjectStore('presses', { keyPath: ['id', 'rev'] }).createIndex('n', 'n');
        db.createObjectStore('dead', { keyPath: ['id', 'rev'] });
        db.createObjectStore('settings');
      };
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        this.#db = request.result;
        this.#db.onclose = () => { this.#db = null; };
        this.#db.onversionchange = () => { this.#db.close(); this.#db = null; };
        resolve(this.#db);
      };
    }).finally(() => { this.#opening = null; });
    return this.#opening;
  }

  // Strict: on disk, not only on its way there, when the promise is kept.
  async #write(stores, work) {
    const transaction = (await this.#opened()).transaction(stores, 'readwrite', { durability: 'strict' });
    const end = done(transaction);
    try {
      work((store) => transaction.objectStore(store));
    } catch (error) {
      end.catch(() => {});
      transaction.abort();
      throw error;
    }
    return end;
  }

  // Take a record. True when it is on disk; else it is kept in memory and written later.
  async keep(record) {
    const row = { id: record.id, rev: record.rev, n: this.#next++, at: Date.now(), record };
    this.memory.set(name(row), row);
    const written = this.#put(row);
    return Promise.race([written, new Promise((resolve) => { setTimeout(resolve, SLOW, false); })]);
  }

  async #put(row) {
    try {
      await this.#write(['presses'], (store) => store('presses').put(row));
      this.memory.delete(name(row));
      this.broken = '';
      return true;
    } catch (error) {
      this.broken = error?.name || 'Error';
      return false;
    }
  }

  // Try again to write what is only in memory.
  async rescue() {
    for (const row of [...this.memory.values()]) {
      if (!await this.#put(row)) return;
    }
  }

  // The oldest rows, those in memory too.
  async oldest(limit) {
    let rows = [];
    try {
      const db = await this.#opened();
      rows = await answered(db.transaction('presses').objectStore('presses').index('n').getAll(null, limit));
    } catch (error) {
      this.broken = error?.name || 'Error';
    }
    const known = new Set(rows.map(name));
    rows.push(...[...this.memory.values()].filter((row) => !known.has(name(row))));
    return rows.sort((a, b) => a.n - b.n).slice(0, limit);
  }

  // The server has these (they go), and refused those for good: {row, problem} (they are kept apart).
  async settle(taken, refused) {
    const gone = [...taken, ...refused.map(({ row }) => row)];
    await this.#write(['presses', 'dead'], (store) => {
      for (const { row, problem } of refused) store('dead').put({ id: row.id, rev: row.rev, record: row.record, problem, since: Date.now() });
      for (const row of gone) store('presses').delete([row.id, row.rev]);
    });
    for (const row of gone) this.memory.delete(name(row));
  }

  // Nobody knows what is wrong with this one: the others go first.
  async postpone(row) {
    row.n = this.#next++;
    if (this.memory.has(name(row))) return;
    await this.#write(['presses'], (store) => store('presses').put(row));
  }

  // The server heard how many were refused. From then on, by its clock, their words have a month; what was touched stays.
  async forget(now) {
    await this.#write(['dead'], (store) => {
      store('dead').openCursor().onsuccess = ({ target: { result } }) => {
        if (!result) return;
        const { value: row } = result;
        if (!row.told) result.update({ ...row, told: now });
        else if (row.record.text && now - row.told > MONTH) result.update({ ...row, record: { ...row.record, text: null } });
        result.continue();
      };
    });
  }

  async counts() {
    let rows = [];
    let dead = [];
    let waiting = 0;
    try {
      const transaction = (await this.#opened()).transaction(['presses', 'dead']);
      const presses = transaction.objectStore('presses');
      [waiting, rows, dead] = await Promise.all([
        answered(presses.count()), answered(presses.index('n').getAll(null, 1)), answered(transaction.objectStore('dead').getAll()),
      ]);
    } catch (error) {
      this.broken = error?.name || 'Error';
    }
    rows.push(...this.memory.values());
    const first = Math.min(NEVER, ...rows.map((row) => row.at));
    return {
      waiting: waiting + this.memory.size,
      oldest_ms: first === NEVER ? null : Math.max(0, Date.now() - first),
      dead: dead.length,
      dead_problems: [...new Set(dead.map(({ problem }) => problem))].slice(0, 5),
      full: this.memory.size > 0 && this.broken !== '',
    };
  }

  async get(key) {
    try {
      const db = await this.#opened();
      return await answered(db.transaction('settings').objectStore('settings').get(key));
    } catch (error) {
      this.broken = error?.name || 'Error';
      return undefined;
    }
  }

  // Raises what keeps it from being written.
  async set(values) {
    await this.#write(['settings'], (store) => {
      for (const [key, value] of Object.entries(values)) store('settings').put(value, key);
    });
  }
}
