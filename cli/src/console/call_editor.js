// "Replay with modifications": method, URL, headers and body of a call, to be sent as they are then.
import { admin, headerLines } from './api.js';
import { $ } from './dom.js';
import { button, clearMessage, press, submit } from './feedback.js';
import { indented } from './json_text.js';
import { checkJson, checkWhileTyping } from './json_editor.js';
import { NewIds, showMade } from './made_again.js';
import { mayDiscard, watchEdits } from './unsaved.js';

let edited = null;
let before = '';
const newIds = new NewIds('edit-new-ids');
const FIELDS = ['edit-method', 'edit-url', 'edit-headers', 'edit-body'];

const state = () => JSON.stringify(FIELDS.map((id) => $(id).value));
const isDirty = () => edited !== null && state() !== before;
const lines = (headers) => headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
// A textarea knows one kind of line break only.
const shownBody = (call) => indented(call.request.body).replaceAll(/\r\n?/g, '\n');

export const isEditing = () => edited !== null;

export async function openEditor(call) {
  if (edited) return closeIfAllowed();
  edited = call;
  $('edit-method').value = call.request.method;
  $('edit-url').value = call.request.url;
  $('edit-headers').value = lines(call.request.headers);
  $('edit-body').value = shownBody(call);
  newIds.reset();
  clearMessage($('edit-message'));
  clearMessage($('call-message'));
  checkJson($('edit-body'), $('edit-note'));
  before = state();
  show(true);
  $('edit-body').focus({ preventScroll: true });
  $('edit-body').setSelectionRange(0, 0);
  $('edit-form').scrollIntoView({ block: 'nearest' });
  return undefined;
}

function show(open) {
  $('edit-form').hidden = !open;
  $('call-edit').setAttribute('aria-expanded', String(open));
  $('call-sides').hidden = open;
}

export function closeEditor() {
  edited = null;
  show(false);
  // Emptied, not only hidden: a secret may have been revealed in it.
  for (const id of FIELDS) $(id).value = '';
}

export async function closeIfAllowed() {
  if (!(await mayDiscard('call'))) return false;
  closeEditor();
  $('call-edit').focus();
  return true;
}

export function revealInEditor(call) {
  if (!edited) return;
  const clean = !isDirty();
  $('edit-headers').value = $('edit-headers').value.split('\n').map((line) => {
    const header = call.request.headers.find(({ name, secret }) => secret && line.startsWith(`${name}: `));
    return header ? `${header.name}: ${header.value}` : line;
  }).join('\n');
  edited = call;
  if (clean) before = state();
}

// By name, in small letters; a header that is there twice is one with a comma, as HTTP has it.
function byName(headers) {
  const map = new Map();
  for (const { name, value } of headers) {
    const key = name.toLowerCase();
    map.set(key, map.has(key) ? `${map.get(key)}, ${value}` : value);
  }
  return map;
}

// Only what was changed is sent, so what is masked stays what it was.
function modifications(call) {
  const [was, is] = [byName(call.request.headers), byName(headerLines($('edit-headers').value))];
  const headers = {};
  for (const [name, value] of is) if (was.get(name) !== value) headers[name] = value;
  for (const name of was.keys()) if (!is.has(name)) headers[name] = null;
  const changes = { headers };
  if ($('edit-body').value !== shownBody(call)) changes.body = $('edit-body').value;
  if ($('edit-url').value !== call.request.url) changes.url = $('edit-url').value;
  if ($('edit-method').value !== call.request.method) changes.method = $('edit-method').value;
  if (newIds.chosen()) changes.newIds = true;
  return changes;
}

/** Makes the call again; how that ended is said beside the button. */
export async function replay(call, changes, place = $('call-message')) {
  const made = await admin('POST', `/admin/replay/${call.id}`, changes ?? {});
  const again = button('Replay as new event', place, () => replay(call, { ...changes, newIds: true }, place), { className: 'primary' });
  showMade(place, made, changes?.newIds ? null : again);
}

async function send() {
  const changes = modifications(edited);
  const sent = state();
  await replay(edited, changes, $('edit-message'));
  before = sent;
}

export function startEditor() {
  watchEdits('call', isDirty);
  checkWhileTyping($('edit-body'), $('edit-note'));
  $('edit-body').addEventListener('input', () => newIds.edited($('edit-body').value !== shownBody(edited)));
  submit($('edit-form'), $('edit-send'), $('edit-message'), send);
  press($('edit-cancel'), $('edit-message'), closeIfAllowed);
}
