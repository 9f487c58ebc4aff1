// The inspector's filter: what is typed, and chips that write the same words.
import { rows } from './calls.js';
import { showRows } from './call_list.js';
import { $, element } from './dom.js';
import { matcher, parse, write } from './filter_language.js';

const STORED = 'okta-hooks filter';
const STATUSES = [['2xx', '2xx'], ['4xx', '4xx'], ['5xx', '5xx'], ['none', 'No answer']];
const KINDS = ['verification', 'delivery', 'forwarded', 'replay', 'preview'];
// More hooks than these are found by typing.
const MAX_HOOKS = 6;

/** Filters anew, and says how many are left. */
export function applyFilter() {
  const text = $('filter').value;
  const all = rows();
  const passes = matcher(text);
  const some = text.trim() === '' ? all : all.filter((row) => row.found.some(passes));
  $('calls').hidden = some.length === 0;
  $('no-calls').hidden = all.length > 0;
  $('no-matches').hidden = all.length === 0 || some.length > 0;
  $('calls-count').textContent = some.length === all.length ? `${all.length}` : `${some.length} of ${all.length}`;
  showRows(some);
  drawChips(all);
}

function drawChips(all) {
  const terms = parse($('filter').value);
  const has = (key, value) => terms.some((term) => !term.not && term.key === key && term.value === value);
  const kinds = KINDS.filter((kind) => has('kind', kind) || all.some((row) => row.last.kind === kind));
  const hooks = [...new Set(all.map((row) => row.last.hookName).filter(Boolean))];
  const chips = [
    ...STATUSES.map(([value, text]) => ['status', value, text]),
    ...(kinds.length > 1 ? kinds.map((kind) => ['kind', kind, kind]) : []),
    ...(hooks.length > 1 ? hooks.slice(0, MAX_HOOKS).map((hook) => ['hook', hook.toLowerCase(), hook]) : []),
  ].map(([key, value, text]) => ({ key, value, text, pressed: has(key, value) }));
  const now = JSON.stringify(chips);
  if (drawChips.last === now) return;
  drawChips.last = now;
  const focused = document.activeElement?.dataset.chip;
  $('chips').replaceChildren(...chips.map(chip));
  if (focused) $('chips').querySelector(`[data-chip="${CSS.escape(focused)}"]`)?.focus();
}

function chip({ key, value, text, pressed }) {
  const made = element('button', text, 'chip');
  made.type = 'button';
  made.dataset.chip = `${key}:${value}`;
  made.setAttribute('aria-pressed', String(pressed));
  made.addEventListener('click', () => {
    const terms = parse($('filter').value);
    const others = terms.filter((term) => term.not || term.key !== key || term.value !== value);
    set(write(others.length === terms.length ? [...terms, { not: false, key, value }] : others));
  });
  return made;
}

function set(text) {
  $('filter').value = text;
  filtered();
}

function filtered() {
  try { localStorage.setItem(STORED, $('filter').value); } catch { /* It is not kept, then. */ }
  applyFilter();
}

export function startFilter() {
  try { $('filter').value = localStorage.getItem(STORED) ?? ''; } catch { /* Nothing is kept. */ }
  $('filter').addEventListener('input', filtered);
  $('filter-clear').addEventListener('click', () => { set(''); $('filter').focus(); });
}
