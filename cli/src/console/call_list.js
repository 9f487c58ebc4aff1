// The list of calls: one tab stop, a row for each delivery, and only those rows are elements that can be
// seen, so that it is as quick with thousands.
import { $, clockTime, element, group } from './dom.js';

const list = $('calls');
const narrow = matchMedia('(max-width: 52rem)');
const KINDS = { verification: 'verify', forwarded: 'forward' };
let rows = [];
let active = -1;
let choose = () => {};

export const onChoose = (work) => { choose = work; };
const height = () => (narrow.matches ? 60 : 28);
const shown = (row) => row.attempts.map((one) => one.id);

/** Shows these rows; what was in view stays where it was. */
export function showRows(latest) {
  const anchor = rows[active]?.key;
  const top = list.scrollTop > height() ? rows[Math.floor(list.scrollTop / height())]?.key : null;
  rows = latest;
  active = anchor === undefined ? -1 : rows.findIndex((row) => row.key === anchor);
  $('calls-space').style.height = `${rows.length * height()}px`;
  const at = top === null ? -1 : rows.findIndex((row) => row.key === top);
  if (at > 0) list.scrollTop = at * height() + (list.scrollTop % height());
  draw();
}

/** Marks the row that has this call; `null` marks none. */
export function markCall(id) {
  active = id === null ? -1 : rows.findIndex((row) => shown(row).includes(id));
  if (active >= 0) bringIntoView();
  draw();
}

function bringIntoView() {
  const top = active * height();
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + height() > list.scrollTop + list.clientHeight) list.scrollTop = top + height() - list.clientHeight;
}

/** One further down or up. */
export function move(step) {
  if (rows.length === 0) return;
  active = Math.min(rows.length - 1, Math.max(0, active + step));
  bringIntoView();
  draw();
  choose(rows[active].last.id, 'quietly');
}

export function openActive() {
  if (active >= 0) choose(rows[active].last.id, 'open');
}

function openAt(place) {
  if (!rows[place]) return;
  active = place;
  draw();
  openActive();
}

/** How a call ended, for colours. */
export function tone(call) {
  if (call.open) return 'muted';
  return { accepted: 'good', retry: 'warn' }[call.next] ?? 'bad';
}

function about(call) {
  const [target] = call.targets;
  const [type] = call.types;
  if (!type) return [element('strong', call.method), ` ${call.url}`];
  const more = call.events > 1 ? ` and ${call.events - 1} more` : '';
  return [...(target ? [element('strong', target), ' '] : []), element('span', `${type}${more}`, 'muted')];
}

function draw() {
  const first = Math.max(0, Math.floor(list.scrollTop / height()) - 5);
  const last = Math.min(rows.length, Math.ceil((list.scrollTop + list.clientHeight) / height()) + 5);
  const made = [];
  for (let n = first; n < last; n += 1) made.push(rowAt(n));
  $('calls-space').replaceChildren(...made);
  if (active >= first && active < last) list.setAttribute('aria-activedescendant', `row-${rows[active].key}`);
  else list.removeAttribute('aria-activedescendant');
}

function rowAt(n) {
  const { key, attempts, last } = rows[n];
  const many = attempts.length > 1 || last.outcome !== last.end;
  const row = group('div', 'row',
    element('time', clockTime(last.time), 'muted'),
    element('span', last.end, `status ${tone(last)}`),
    element('span', last.durationMs === null ? '…' : `${last.durationMs} ms`, 'took muted'),
    element('span', KINDS[last.kind] ?? last.kind, 'kind'),
    element('span', last.hookName || '—', 'hook muted'),
    group('span', 'what', many ? element('span', last.outcome, `outcome ${tone(last)}`) : null, ...about(last)));
  row.id = `row-${key}`;
  row.title = [last.outcome, ...last.types, ...last.targets].join('\n');
  row.setAttribute('role', 'option');
  row.setAttribute('aria-selected', String(n === active));
  row.setAttribute('aria-setsize', rows.length);
  row.setAttribute('aria-posinset', n + 1);
  row.style.top = `${n * height()}px`;
  return row;
}

export function startList() {
  let waiting = false;
  const later = () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; draw(); });
  };
  list.addEventListener('scroll', later, { passive: true });
  // By place, and when the button is let go: a row that is drawn anew meanwhile gets no click.
  let pressed = false;
  list.addEventListener('mousedown', (event) => { pressed = event.button === 0; });
  list.addEventListener('mouseup', (event) => {
    if (pressed) openAt(Math.floor((event.clientY - $('calls-space').getBoundingClientRect().top) / height()));
    pressed = false;
  });
  // A screen reader clicks without a mouse.
  list.addEventListener('click', (event) => {
    const row = event.detail === 0 ? event.target.closest('.row') : null;
    if (row) openAt(Math.round(parseFloat(row.style.top) / height()));
  });
  new ResizeObserver(later).observe(list);
  narrow.addEventListener('change', () => showRows(rows));
  list.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(list.clientHeight / height()) - 1);
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      move(step === Infinity ? rows.length : step === -Infinity ? -rows.length : step);
    } else if (event.key === 'Enter') openActive();
  });
}
