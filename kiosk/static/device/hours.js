// Whether the office is open, by the hours in the configuration and the time in its zone.

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const DAY = 86_400_000;

const clocks = {}; // zone → its clock, which is dear to make

function local(ms, zone) {
  clocks[zone] ||= new Intl.DateTimeFormat('en-GB', {
    timeZone: zone, weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
  });
  const parts = clocks[zone].formatToParts(ms);
  const of = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return { weekday: WEEKDAYS.indexOf(of.weekday), day: `${of.year}-${of.month}-${of.day}`, time: `${of.hour}:${of.minute}` };
}

// null while it is open, or when no hours are known; else {ms, time} of when it opens, or {} when that is not within a fortnight.
export function closed(config, ms) {
  if (!Object.keys(config.hours || {}).length) return null;
  const now = local(ms, config.zone);
  for (let ahead = 0; ahead < 15; ahead += 1) {
    const then = local(ms + ahead * DAY, config.zone);
    const spans = config.closed_on?.includes(then.day) ? [] : config.hours[then.weekday] || [];
    for (const [from, until] of [...spans].sort()) {
      if (ahead === 0 && now.time >= from && now.time < until) return null;
      if (ahead > 0 || now.time < from) return { ms: ms + ahead * DAY, time: from.replace(/^0/, '') };
    }
  }
  return {};
}
