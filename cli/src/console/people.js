// The people of the org, and what can be done to them.
import { USERS, admin, answered, asking, encoded, okta, request } from './api.js';
import { $, element, group, redraw } from './dom.js';
import { Messages, button, clearMessage, press, showMessage, submit, unasked } from './feedback.js';
import { mayDiscard, watchEdits } from './unsaved.js';

let edited = null;
let before = '';
const messages = new Messages();

export async function loadPeople() {
  const isLatest = asking('people');
  const text = $('people-find').value.trim().replaceAll(/["\\]/g, '');
  const begins = ['login', 'email', 'firstName', 'lastName'].map((name) => `profile.${name} sw "${text}"`);
  // `search` finds the deactivated as well, which a plain list leaves out.
  const search = text === '' ? 'lastUpdated gt "1970-01-01T00:00:00.000Z"' : begins.join(' or ');
  const answer = await request('GET', `${USERS}?limit=200&search=${encoded(search)}`, undefined, true);
  const more = /rel="next"/.test(answer.headers.get('link') ?? '');
  const people = await answered(answer);
  if (!isLatest()) return;
  $('no-people').hidden = people.length > 0;
  $('no-people-title').textContent = text === '' ? 'Nobody yet.' : 'Nobody of this name.';
  $('people-more').hidden = !more;
  redraw($('people-list'), people, personRow);
}

export const refreshPeople = () => unasked($('people-message'), loadPeople);

// What can be done to somebody, by status.
const OPERATIONS = {
  STAGED: [['Activate', 'activate'], ['Deactivate', 'deactivate']],
  PROVISIONED: [['Reactivate', 'reactivate'], ['Deactivate', 'deactivate']],
  ACTIVE: [['Suspend', 'suspend'], ['Lock', 'lock'], ['Reset password', 'reset_password'], ['Deactivate', 'deactivate']],
  SUSPENDED: [['Unsuspend', 'unsuspend'], ['Deactivate', 'deactivate']],
  LOCKED_OUT: [['Unlock', 'unlock'], ['Deactivate', 'deactivate']],
  RECOVERY: [['Reset password', 'reset_password'], ['Deactivate', 'deactivate']],
  PASSWORD_EXPIRED: [['Reset password', 'reset_password'], ['Deactivate', 'deactivate']],
  DEPROVISIONED: [['Activate', 'activate'], ['Delete', 'delete']],
};

function personRow(user) {
  const { id, profile, status } = user;
  const name = [profile.firstName, profile.lastName].filter(Boolean).join(' ') || profile.login;
  const act = (text, operation, work) => button(text, messages.of(id), work, { key: `${id} ${operation}`, className: operation === 'delete' ? 'danger' : '', label: `${text} ${profile.login}` });
  const operations = (OPERATIONS[status] ?? []).map(([text, operation]) => act(text, operation, async () => {
    await operate(id, operation);
    await loadPeople();
    say(id, `${profile.login}: ${text.toLowerCase()}: done.`);
  }));
  return group('li', 'person',
    group('div', 'who', group('div', '', element('h3', name), element('span', status, status === 'ACTIVE' ? 'badge good' : 'badge')), element('p', profile.login, 'muted small')),
    group('div', 'buttons', ...operations, act('Edit', 'edit', () => edit(user))),
    messages.of(id));
}

// Beside the person, or above all where there is none any more, or not in what is shown.
function say(id, text) {
  clearMessage($('people-message'));
  if (messages.of(id).isConnected) messages.say(id, text, 'good');
  else {
    messages.clear();
    showMessage($('people-message'), text, 'good');
  }
}

function operate(id, operation) {
  if (operation === 'delete') return okta('DELETE', `${USERS}/${id}`);
  if (operation === 'lock') return admin('POST', `/admin/users/${id}/lock`);
  return okta('POST', `${USERS}/${id}/lifecycle/${operation}?sendEmail=false`);
}

const state = () => [...$('person-form').elements].map((one) => one.value).join('\n');

async function edit(user) {
  if (!(await mayDiscard('person'))) return;
  edited = user;
  const form = $('person-form');
  form.reset();
  for (const name of ['firstName', 'lastName', 'login', 'email']) form.elements[name].value = user?.profile[name] ?? '';
  $('person-title').textContent = user ? 'Edit person' : 'Add person';
  $('person-start').hidden = user !== null;
  $('person-new').hidden = true;
  form.hidden = false;
  clearMessage($('person-message'));
  before = state();
  form.scrollIntoView({ block: 'nearest' });
  form.elements.firstName.focus();
}

function close() {
  $('person-form').hidden = true;
  $('person-new').hidden = false;
}

async function save() {
  const form = $('person-form').elements;
  const profile = {};
  for (const name of ['firstName', 'lastName', 'login']) profile[name] = form[name].value;
  profile.email = form.email.value || profile.login;
  let saved = edited;
  if (edited) {
    await okta('POST', `${USERS}/${edited.id}`, { profile });
  } else {
    const start = form.start.value;
    const body = { profile };
    // Nobody signs in here, so nobody has to know it; of each kind of character the policy asks for.
    if (start === 'active') body.credentials = { password: { value: `Aa1${crypto.randomUUID()}` } };
    saved = await okta('POST', `${USERS}?activate=${start !== 'staged'}`, body);
  }
  close();
  await loadPeople();
  say(saved.id, `${profile.login}: saved.`);
}

export function startPeople(soon) {
  watchEdits('person', () => !$('person-form').hidden && state() !== before);
  submit($('person-form'), $('person-save'), $('person-message'), save);
  press($('person-new'), $('people-message'), () => edit(null));
  press($('person-first'), $('people-message'), () => edit(null));
  press($('person-cancel'), $('person-message'), async () => {
    if (!(await mayDiscard('person'))) return;
    close();
    $('person-new').focus();
  });
  $('people-find').addEventListener('input', soon);
}
