// Okta's preview of a hook: a recent event of the System Log, or sample data where there is none, to be
// edited and delivered.
import { admin, asking, encoded } from './api.js';
import { $, element, group, options, dayAndTime } from './dom.js';
import { typeName } from './event_types.js';
import { press, showMessage, submit, unasked } from './feedback.js';
import { onHooks } from './hooks.js';
import { checkJson, checkWhileTyping } from './json_editor.js';
import { NewIds, showMade } from './made_again.js';
import { onRoute, route } from './router.js';
import { mayDiscard, watchEdits } from './unsaved.js';

let body = '';
// The hook that the body is for.
let shown = '';
let event = null;
const newIds = new NewIds('preview-new-ids');

const isDirty = () => $('preview-body').value !== body;

// What was shown of a hook goes with it: it is not delivered to another one.
function forget() {
  asking('preview');
  event = null;
  body = '';
  shown = '';
  options($('preview-type'), []);
  $('preview-events').replaceChildren();
  $('preview-source').textContent = '';
  $('preview-body').value = '';
  newIds.reset();
  checkJson($('preview-body'), $('preview-note'));
}

async function load(chosen) {
  const hook = $('preview-hook').value;
  if (hook === '' || !(await mayDiscard('preview'))) return;
  const isLatest = asking('preview');
  const query = new URLSearchParams();
  if ($('preview-type').value) query.set('type', $('preview-type').value);
  if (chosen) query.set('event', chosen);
  const before = $('preview-body').value;
  // What was typed while the answer was on its way stays.
  const isWanted = () => isLatest() && $('preview-body').value === before;
  let preview;
  try {
    preview = await admin('GET', `/admin/hooks/${encoded(hook)}/preview?${query}`);
  } catch (error) {
    // An org that is away or fails says nothing about the hook, and a 404 may be about the event.
    const isGone = error.status === 404 && !chosen;
    if (isWanted() && (isGone || shown !== hook)) forget();
    throw error;
  }
  if (!isWanted()) return;
  event = preview.event;
  shown = hook;
  options($('preview-type'), [['', 'All of this hook'], ...preview.types.map((type) => [type, `${typeName(type)} · ${type}`])]);
  $('preview-events').replaceChildren(...preview.candidates.map(candidate));
  $('preview-source').textContent = preview.sample
    ? 'There is no such event in the System Log yet: this is sample data.'
    : 'From the System Log, the newest first. The filter of the hook does not apply.';
  body = JSON.stringify(preview.body, null, 2);
  $('preview-body').value = body;
  $('preview-body').setSelectionRange(0, 0);
  $('preview-body').scrollTop = 0;
  newIds.reset();
  checkJson($('preview-body'), $('preview-note'));
}

function candidate({ uuid, type, published, target, name }) {
  const made = element('button', undefined, 'candidate');
  made.type = 'button';
  made.setAttribute('aria-pressed', String(uuid === event));
  made.append(group('span', '', element('strong', target ?? name ?? 'no target'), ' ', element('span', typeName(type))), element('time', dayAndTime(published), 'muted small'));
  press(made, $('preview-message'), async () => {
    await load(uuid);
    [...$('preview-events').querySelectorAll('[aria-pressed=true]')].at(0)?.focus();
  });
  return group('li', '', made);
}

async function deliver() {
  const hook = $('preview-hook').value;
  if (hook === '') throw new Error('Create a hook first.');
  if (body === '' && !isDirty()) throw new Error('There is no body yet: load the newest.');
  const sent = $('preview-body').value;
  const call = await admin('POST', `/admin/deliver/${hook}${newIds.chosen() ? '?newIds=1' : ''}`, sent);
  body = sent;
  showMade($('preview-message'), call);
}

function onChange(control, before) {
  control.addEventListener('change', async () => {
    try {
      await before();
    } catch (error) {
      showMessage($('preview-message'), error.message, 'bad');
    }
  });
}

export function startPreview() {
  watchEdits('preview', isDirty);
  checkWhileTyping($('preview-body'), $('preview-note'));
  $('preview-body').addEventListener('input', () => newIds.edited(isDirty()));
  submit($('preview-form'), $('preview-deliver'), $('preview-message'), deliver);
  press($('preview-newest'), $('preview-message'), () => load(null));
  onChange($('preview-hook'), async () => { options($('preview-type'), []); await load(null); });
  onChange($('preview-type'), () => load(null));
  // What happened meanwhile is there when one comes here; edits stay.
  const refresh = ({ tab }) => { if (tab === 'preview' && !isDirty()) unasked($('preview-message'), () => load(null)); };
  onRoute(refresh);
  onHooks((hooks) => {
    const chosen = $('preview-hook').value;
    options($('preview-hook'), hooks.map((hook) => [hook.id, hook.name]));
    $('preview-none').hidden = hooks.length > 0;
    $('preview-form').hidden = hooks.length === 0;
    if (chosen !== '' && $('preview-hook').value !== chosen) {
      forget();
      showMessage($('preview-message'), 'The hook that was chosen here is gone, and its body with it.', 'warn', false);
    }
    if (body === '') refresh(route());
  });
}
