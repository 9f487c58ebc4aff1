// The event hooks: a card for each.
import { EVENT_HOOKS, admin, asking, okta } from './api.js';
import { $, element, group, redraw } from './dom.js';
import { Messages, button, clearMessage, showMessage, unasked } from './feedback.js';
import { typeName } from './event_types.js';
import { go } from './router.js';

let hooks = [];
let edit = () => {};
const listeners = [];
// A message stays with its hook, whatever is drawn anew.
const messages = new Messages();
const opened = new Set();

export const allHooks = () => hooks;
export const onHooks = (work) => listeners.push(work);
export const onEdit = (work) => { edit = work; };

export async function loadHooks() {
  const isLatest = asking('hooks');
  const latest = await okta('GET', EVENT_HOOKS);
  if (!isLatest()) return;
  hooks = latest;
  $('no-hooks').hidden = hooks.length > 0;
  redraw($('hook-list'), hooks, card);
  for (const listener of listeners) listener(hooks);
}

export const refreshHooks = () => unasked($('hooks-message'), loadHooks);

const place = (id) => messages.of(id);

export function say(id, text, kind) {
  clearMessage($('hooks-message'));
  messages.say(id, text, kind);
}

function badges(hook) {
  const verified = hook.verificationStatus === 'VERIFIED';
  return [
    element('span', hook.status, hook.status === 'ACTIVE' ? 'badge good' : 'badge'),
    element('span', hook.verificationStatus, verified ? 'badge good' : 'badge warn')];
}

function facts(hook) {
  const { config } = hook.channel;
  const filters = hook.events.filter?.eventFilterMap ?? [];
  const list = element('dl', undefined, 'pairs small');
  const add = (name, ...values) => list.append(element('dt', name), ...values.map((value) => element('dd', value, 'mono')));
  add('Authentication', config.authScheme ? `${config.authScheme.key}: (secret)` : 'none');
  for (const header of config.headers) add(header.key, header.value);
  for (const { event, condition } of filters) add(`Filter of ${event}`, condition.expression);
  const types = element('ul', undefined, 'types-of-hook');
  types.append(...hook.events.items.map((type) => group('li', '', element('span', `${typeName(type)} `), element('code', type, 'muted'))));
  const details = element('details');
  const count = hook.events.items.length;
  details.append(element('summary', `${count} event type${count === 1 ? '' : 's'}${filters.length ? `, ${filters.length} filtered` : ''}`), types, list);
  details.open = opened.has(hook.id);
  details.addEventListener('toggle', () => (details.open ? opened.add(hook.id) : opened.delete(hook.id)));
  return details;
}

function card(hook) {
  const { id } = hook;
  const act = (text, key, work, className) => button(text, place(id), work, { key: `${id} ${key}`, className, label: `${text} ${hook.name}` });
  const operate = (text, operation) => act(text, operation, async () => {
    await okta('POST', `${EVENT_HOOKS}/${id}/lifecycle/${operation}`);
    await loadHooks();
    say(id, `${hook.name}: ${operation}d.`, 'good');
  });
  const verified = hook.verificationStatus === 'VERIFIED';
  return group('li', 'card',
    group('div', 'bar', element('h3', hook.name), group('div', 'buttons', ...badges(hook))),
    element('p', hook.channel.config.uri, 'mono small'),
    facts(hook),
    group('div', 'buttons',
      act('Verify', 'verify', () => verify(hook), verified ? '' : 'primary'),
      act('Edit', 'edit', async () => edit(hook)),
      act('Preview', 'preview', async () => { $('preview-hook').value = id; $('preview-hook').dispatchEvent(new Event('change')); go('#preview'); }),
      hook.status === 'ACTIVE' ? operate('Deactivate', 'deactivate') : operate('Activate', 'activate'),
      act('Delete', 'delete', () => remove(hook), 'danger')),
    place(id));
}

async function verify(hook) {
  showMessage(place(hook.id), 'Asking …', '', false);
  const { verification } = await admin('POST', `/admin/hooks/${hook.id}/verify`);
  await loadHooks();
  showVerification(hook, verification);
}

/** Says how a verification went, on the card of the hook, with what to do about it. */
export function showVerification(hook, { verified, call, what, fix, answer }) {
  const lines = [element('div', verified ? `${hook.name}: verified.` : `${hook.name}: not verified: ${what}`)];
  if (fix) lines.push(element('div', fix));
  if (!verified && answer) lines.push(group('div', '', 'It answered: ', element('code', answer)));
  const buttons = element('div', undefined, 'buttons');
  if (call) buttons.append(look(call, place(hook.id)));
  if (!verified) buttons.append(button('Edit hook', place(hook.id), async () => edit(hook)));
  say(hook.id, [...lines, buttons], verified ? 'good' : 'bad');
}

export function look(call, near) {
  return button('Look at the call', near, async () => go(`#call-${call}`));
}

async function remove(hook) {
  const { restore } = await admin('DELETE', `/admin/hooks/${hook.id}`);
  await loadHooks();
  const undo = button('Undo', $('hooks-message'), async () => {
    await admin('POST', restore);
    await loadHooks();
    say(hook.id, `${hook.name}: restored.`, 'good');
  });
  messages.clear();
  showMessage($('hooks-message'), [element('div', `${hook.name}: deleted.`), group('div', 'buttons', undo)], 'good');
}
