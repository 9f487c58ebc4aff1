// The form for a hook: to create one, or to edit it.
import { admin, headerLines } from './api.js';
import { $ } from './dom.js';
import { GUIDE, chooseTypes, chosenTypes, startTypes } from './event_types.js';
import { clearMessage, press, submit } from './feedback.js';
import { filters, setFilters, startFilters } from './hook_filters.js';
import { allHooks, loadHooks, onEdit, say, showVerification } from './hooks.js';
import { go } from './router.js';
import { mayDiscard, watchEdits } from './unsaved.js';

let edited = null;
let before = '';

const fields = () => $('hook-form').elements;

function written() {
  const form = fields();
  const secret = form.value.value;
  const scheme = { type: 'HEADER', key: form.key.value, ...(secret === '' ? {} : { value: secret }) };
  const keeps = edited?.channel.config.authScheme && form.key.value !== '';
  return {
    name: form.name.value,
    events: { type: 'EVENT_TYPE', items: chosenTypes(), filter: filters() },
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: {
        uri: form.uri.value,
        headers: headerLines(form.headers.value).map(({ name, value }) => ({ key: name, value })),
        authScheme: secret !== '' || keeps ? scheme : null,
      },
    },
  };
}

// The headers as they are typed: half a line is an edit, too.
const state = () => JSON.stringify([...fields()].filter((one) => one.type !== 'search').map((one) => (one.type === 'checkbox' ? one.checked : one.value)));
const isDirty = () => !$('hook-form').hidden && state() !== before;

function freeName() {
  const taken = allHooks().map((hook) => hook.name);
  let name = 'User sync';
  for (let n = 2; taken.includes(name); n += 1) name = `User sync ${n}`;
  return name;
}

export async function openForm(hook) {
  if (!(await mayDiscard('hook'))) return;
  edited = hook;
  const form = fields();
  const config = hook?.channel.config;
  form.name.value = hook?.name ?? freeName();
  form.uri.value = config?.uri ?? '';
  form.key.value = hook ? config.authScheme?.key ?? '' : 'Authorization';
  form.value.value = '';
  form.value.placeholder = config?.authScheme ? 'unchanged' : '';
  form.headers.value = (config?.headers ?? []).map(({ key, value }) => `${key}: ${value}`).join('\n');
  chooseTypes(hook?.events.items ?? GUIDE);
  setFilters(hook?.events.filter);
  $('hook-form-title').textContent = hook ? `Edit ${hook.name}` : 'Create event hook';
  $('hook-save-verify').textContent = hook ? 'Save and verify' : 'Create and verify';
  $('hook-save').textContent = hook ? 'Save' : 'Create';
  $('hook-filters').open = Boolean(hook?.events.filter);
  clearMessage($('hook-form-message'));
  $('hook-form').hidden = false;
  $('hook-new').hidden = true;
  before = state();
  go('#hooks');
  $('hook-form').scrollIntoView({ block: 'start' });
  (hook ? form.uri : form.name).focus();
}

function close() {
  fields().value.value = '';
  $('hook-form').hidden = true;
  $('hook-new').hidden = false;
}

async function save(pressed) {
  if (chosenTypes().length === 0) throw new Error('Choose at least one event type.');
  const query = pressed === $('hook-save') ? '' : '?verify=1';
  const { hook, verification } = edited
    ? await admin('PUT', `/admin/hooks/${edited.id}${query}`, written())
    : await admin('POST', `/admin/hooks${query}`, written());
  const word = edited ? 'saved' : 'created';
  close();
  await loadHooks();
  if (verification) {
    showVerification(hook, verification);
    return;
  }
  const rest = hook.verificationStatus === 'VERIFIED' ? '' : ' Nothing is delivered before it is verified.';
  say(hook.id, `${hook.name}: ${word}.${rest}`, 'good');
}

export function startHookForm() {
  onEdit(openForm);
  startTypes();
  startFilters();
  watchEdits('hook', isDirty);
  submit($('hook-form'), $('hook-save-verify'), $('hook-form-message'), save);
  press($('hook-new'), $('hooks-message'), () => openForm(null));
  press($('hook-first'), $('hooks-message'), () => openForm(null));
  press($('hook-cancel'), $('hook-form-message'), async () => {
    if (!(await mayDiscard('hook'))) return;
    close();
    $('hook-new').focus();
  });
  const secret = fields().value;
  $('hook-secret-show').addEventListener('click', () => {
    const shown = secret.type === 'password';
    secret.type = shown ? 'text' : 'password';
    $('hook-secret-show').textContent = shown ? 'Hide' : 'Show';
    $('hook-secret-show').setAttribute('aria-pressed', String(shown));
  });
}
