// Inline hooks: each can be asked a question, which may be edited, and what Okta would do with the answer
// is shown.
import { admin, asking, encoded, okta } from './api.js';
import { $, element, group, options } from './dom.js';
import { clearMessage, press, showMessage, submit, unasked } from './feedback.js';
import { look } from './hooks.js';
import { checkJson, checkWhileTyping } from './json_editor.js';
import { mayDiscard, watchEdits } from './unsaved.js';

const INLINE_HOOKS = '/api/v1/inlineHooks';
const KINDS = { applied: 'good', unchanged: 'good', denied: 'warn' };

let body = '';
const isDirty = () => $('inline-body').value !== body;

async function loadHooks() {
  const hooks = await okta('GET', INLINE_HOOKS);
  options($('inline-hook'), hooks.map((hook) => [hook.id, `${hook.name} · ${hook.type}`]));
  $('inline-none').hidden = hooks.length > 0;
  $('inline-form').hidden = hooks.length === 0;
  return hooks;
}

async function loadSample() {
  if (!(await mayDiscard('inline'))) return;
  clearMessage($('inline-message'));
  const isLatest = asking('inline');
  const before = $('inline-body').value;
  const sample = await admin('GET', `/admin/inline-hooks/${encoded($('inline-hook').value)}/sample`);
  // What was typed while it was on its way stays.
  if (!isLatest() || $('inline-body').value !== before) return;
  body = JSON.stringify(sample, null, 2);
  $('inline-body').value = body;
  $('inline-body').setSelectionRange(0, 0);
  $('inline-body').scrollTop = 0;
  checkJson($('inline-body'), $('inline-note'));
}

async function create() {
  clearMessage($('inline-new-message'));
  const form = $('inline-new');
  const { type, uri, key, value } = Object.fromEntries(new FormData(form));
  const config = { uri, headers: [] };
  if (value !== '') config.authScheme = { type: 'HEADER', key: key || 'Authorization', value };
  const name = type.split('.').slice(2).join('.');
  const channel = { type: 'HTTP', version: '1.0.0', config };
  const made = await okta('POST', INLINE_HOOKS, { name, type, version: '1.0.0', channel });
  form.elements.value.value = '';
  await loadHooks();
  $('inline-hook').value = made.id;
  await loadSample();
  showMessage($('inline-new-message'), `${name}: created.`, 'good');
}

async function remove() {
  const hook = `${INLINE_HOOKS}/${encoded($('inline-hook').value)}`;
  await okta('POST', `${hook}/lifecycle/deactivate`);
  await okta('DELETE', hook);
  body = $('inline-body').value;
  if ((await loadHooks()).length > 0) await loadSample();
  showMessage($('inline-new-message'), 'Deleted.', 'good');
}

async function send() {
  clearMessage($('inline-message'));
  const path = `/admin/inline-hooks/${encoded($('inline-hook').value)}/execute`;
  const { call, effect, consequence, findings } = await admin('POST', path, $('inline-body').value);
  const list = element('ul');
  list.append(...findings.map(({ path: where, what }) => group('li', '', element('code', where || 'the answer'), element('span', `: ${what}`))));
  const title = element('strong', `Okta's verdict: ${effect}`);
  showMessage($('inline-message'), [title, element('p', consequence), list, group('div', 'buttons', look(call, $('inline-message')))], findings.length ? 'bad' : KINDS[effect] ?? 'bad');
}

/** Edits stay as they are. */
export const refreshInlineHooks = () => unasked($('inline-new-message'), async () => {
  if (isDirty()) return;
  const hooks = await loadHooks();
  // Nobody is asked about edits by what nobody has asked for.
  if (hooks.length > 0 && !isDirty()) await loadSample();
});

export function startInlineHooks() {
  watchEdits('inline', isDirty);
  checkWhileTyping($('inline-body'), $('inline-note'));
  submit($('inline-new'), $('inline-create'), $('inline-new-message'), create);
  submit($('inline-form'), $('inline-send'), $('inline-message'), send);
  press($('inline-sample'), $('inline-message'), loadSample);
  press($('inline-delete'), $('inline-message'), remove);
  $('inline-hook').addEventListener('change', () => loadSample().catch((error) => showMessage($('inline-message'), error.message, 'bad')));
}
