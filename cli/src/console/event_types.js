// The event types that a hook can subscribe to, by Okta's names, in groups that can be searched.
import { admin } from './api.js';
import { $, element, group } from './dom.js';

/** What the guide's hook subscribes to. */
export const GUIDE = [
  'user.lifecycle.create', 'user.lifecycle.activate', 'user.lifecycle.deactivate',
  'user.lifecycle.suspend', 'user.lifecycle.unsuspend', 'user.account.update_profile',
];

let types = [];

export const typeName = (type) => types.find((one) => one.type === type)?.name ?? type;

export async function loadTypes() {
  if (types.length > 0) return;
  types = await admin('GET', '/admin/event-types');
  // What the guide's hook has comes first, group and type.
  const ordered = [...types].sort((a, b) => GUIDE.includes(b.type) - GUIDE.includes(a.type));
  const names = [...new Set(ordered.map((one) => one.group))];
  $('types').replaceChildren(...names.map((name) => groupOf(name, ordered.filter((one) => one.group === name))));
}

function groupOf(name, members) {
  const details = element('details');
  const count = element('span', '', 'badge good');
  const summary = element('summary', `${name} `);
  summary.append(element('span', `${members.length}`, 'muted'), ' ', count);
  const list = element('ul');
  list.append(...members.map(item));
  details.append(summary, list);
  details.dataset.group = name.toLowerCase();
  return details;
}

function item({ type, name }) {
  const box = element('input');
  box.type = 'checkbox';
  box.value = type;
  const label = element('label', undefined, 'tick');
  label.append(box, group('span', '', element('span', `${name} `), element('code', `· ${type}`, 'muted')));
  const made = group('li', '', label);
  made.dataset.text = `${name} ${type}`.toLowerCase();
  return made;
}

export function chosenTypes() {
  return [...$('types').querySelectorAll('input:checked')].map((box) => box.value);
}

export function chooseTypes(chosen) {
  for (const box of $('types').querySelectorAll('input')) box.checked = chosen.includes(box.value);
  $('types-find').value = '';
  find();
  for (const details of $('types').children) details.open = details.querySelector(':checked') !== null;
}

/** Brings the counts up to date. */
export function countTypes() {
  $('types-chosen').textContent = chosenTypes().length;
  for (const details of $('types').children) {
    const count = details.querySelectorAll(':checked').length;
    const badge = details.querySelector('.badge');
    badge.textContent = `${count} chosen`;
    badge.hidden = count === 0;
  }
}

function find() {
  const words = $('types-find').value.trim().toLowerCase().split(/\s+/);
  let shown = 0;
  for (const details of $('types').children) {
    let any = false;
    for (const one of details.querySelectorAll('li')) {
      one.hidden = !words.every((word) => one.dataset.text.includes(word) || details.dataset.group.includes(word));
      any ||= !one.hidden;
      shown += one.hidden ? 0 : 1;
    }
    details.hidden = !any;
    if (words[0]) details.open = true;
  }
  $('types-none').hidden = shown > 0;
  countTypes();
}

export function startTypes() {
  $('types-find').addEventListener('input', find);
  $('types').addEventListener('change', countTypes);
}
