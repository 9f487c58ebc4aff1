// The calls that are kept, in short, and how they are brought up to date.
import { admin } from './api.js';
import { searchable } from './filter_language.js';

const PAGE = 1000;
const calls = new Map();
let run = null;

export const call = (id) => calls.get(id)?.call ?? null;
export const count = () => calls.size;

/** One row for each delivery, newest first: its attempts, oldest first, and what is searched of each. */
export function rows() {
  const deliveries = new Map();
  for (const { call: one, found } of calls.values()) {
    const key = one.delivery ?? one.id;
    const row = deliveries.get(key);
    if (row) {
      row.attempts.push(one);
      row.found.push(found);
    } else deliveries.set(key, { key, attempts: [one], found: [found] });
  }
  for (const row of deliveries.values()) {
    if (row.attempts.length > 1) row.attempts.sort((a, b) => a.id - b.id);
    row.last = row.attempts.at(-1);
  }
  return [...deliveries.values()].sort((a, b) => b.last.id - a.last.id);
}

/** Takes over what the org sent: the state, and the calls that are new or have changed. */
export function take(update) {
  if (update.run !== run || update.kept === 0) calls.clear();
  run = update.run;
  for (const one of update.calls) calls.set(one.id, { call: one, found: searchable(one) });
  for (const id of calls.keys()) if (id < update.oldest) calls.delete(id);
}

/** Everything that is kept, page by page; the number of the last change. */
export async function loadAll() {
  const first = await admin('GET', `/admin/calls/summary?limit=${PAGE}`);
  calls.clear();
  take(first);
  let page = first.calls;
  while (page.length === PAGE) {
    const next = await admin('GET', `/admin/calls/summary?limit=${PAGE}&before=${page.at(-1).id}`);
    page = next.calls;
    take({ ...next, run, calls: page });
  }
  return first.change;
}

export function forget() {
  calls.clear();
}
