// The console. It calls Okta's APIs as any program does, with the token that the org hands out on
// loopback, and the emulator's own endpoints beside them. Whatever was received becomes a text
// node, never markup.
'use strict';

const $ = (id) => document.getElementById(id);
const MASK = '••••••••';
const MAX_CALLS = 1000;
const EVENT_HOOKS = '/api/v1/eventHooks';
const USERS = '/api/v1/users';
const CHOSEN_AT_FIRST = [
  'user.lifecycle.create', 'user.lifecycle.activate', 'user.lifecycle.deactivate',
  'user.lifecycle.suspend', 'user.lifecycle.unsuspend', 'user.account.update_profile',
];

let token = '';

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

// A button that does one thing at a time, and shows in `message` what went wrong.
function button(text, key, message, work) {
  const made = element('button', text);
  made.type = 'button';
  made.dataset.key = key;
  made.addEventListener('click', () => once(made, message, work));
  return made;
}

async function once(pressed, message, work) {
  if (pressed.getAttribute('aria-busy') === 'true') return;
  // Not `disabled`: that would take the focus away.
  pressed.setAttribute('aria-busy', 'true');
  try {
    await work();
  } catch (error) {
    showMessage(message, error.message, 'bad');
  } finally {
    pressed.removeAttribute('aria-busy');
  }
}

function showMessage(where, text, kind = '') {
  where.className = `message ${kind}`;
  where.replaceChildren(...[].concat(text));
}

// Draws `things` in place of what was there; the focus stays with the button that had it, or goes to
// another one of the same thing. Nothing is drawn anew while nothing has changed: a button that is
// replaced between the press and the release of the mouse is not clicked.
function redraw(container, things, draw) {
  const latest = JSON.stringify(things);
  if (drawn.get(container) === latest) return;
  drawn.set(container, latest);
  const active = container.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.dataset.key;
  const top = container.scrollTop;
  container.replaceChildren(...things.map(draw));
  container.scrollTop = top;
  if (!key) return;
  const all = [...container.querySelectorAll('[data-key]')];
  const of = key.split(' ')[0];
  (all.find((one) => one.dataset.key === key) ?? all.find((one) => one.dataset.key.split(' ')[0] === of))?.focus();
}

const drawn = new Map();

async function answered(answer) {
  const text = await answer.text();
  let json = null;
  try { json = JSON.parse(text); } catch { /* Some answers have no body. */ }
  if (answer.ok) return json;
  const causes = (json?.errorCauses ?? []).map((cause) => cause.errorSummary);
  throw new Error([...(causes.length ? causes : [json?.errorSummary ?? `Status ${answer.status}`])].join('\n'));
}

function request(method, path, body, authorized) {
  const headers = authorized ? { authorization: `SSWS ${token}` } : {};
  if (body !== undefined && typeof body !== 'string') {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(body);
  }
  return fetch(path, { method, headers, body });
}

// Answers may come in another order than they were asked for; only the last one counts.
const asked = { hooks: 0, people: 0 };

function asking(what) {
  asked[what] += 1;
  const mine = asked[what];
  return () => mine === asked[what];
}

const okta = async (method, path, body) => answered(await request(method, path, body, true));
const admin = async (method, path, body) => answered(await request(method, path, body, false));
const encoded = encodeURIComponent;

// ---------------------------------------------------------------- hooks

let hooks = [];

async function loadHooks() {
  const isLatest = asking('hooks');
  const latest = await okta('GET', EVENT_HOOKS);
  if (!isLatest()) return;
  hooks = latest;
  $('no-hooks').hidden = hooks.length > 0;
  redraw($('hook-list'), hooks, hookCard);
  fillPreviewHooks();
}

function hookCard(hook) {
  const { id } = hook;
  const active = hook.status === 'ACTIVE';
  const card = element('li');
  const title = element('h3', hook.name);
  title.append(
    element('span', hook.status, active ? 'badge' : 'badge bad'),
    element('span', hook.verificationStatus, hook.verificationStatus === 'VERIFIED' ? 'badge good' : 'badge bad'));
  const types = element('details');
  const items = element('ul');
  items.append(...hook.events.items.map((type) => element('li', type)));
  const scheme = hook.channel.config.authScheme;
  types.append(
    element('summary', `${hook.events.items.length} event types`), items,
    element('p', scheme ? `Secret in the header ${scheme.key}` : 'No secret'),
    ...hook.channel.config.headers.map((header) => element('p', `${header.key}: ${header.value}`)));
  types.open = opened.has(id);
  types.addEventListener('toggle', () => (types.open ? opened.add(id) : opened.delete(id)));
  const act = (text, operation, work) => button(text, `${id} ${operation}`, $('hooks-message'), work);
  const change = (text, operation) => act(text, operation, async () => {
    await okta('POST', `${EVENT_HOOKS}/${id}/lifecycle/${operation}`);
    await loadHooks();
    showMessage($('hooks-message'), `${hook.name}: ${operation}d.`, 'good');
  });
  const buttons = element('div', undefined, 'buttons');
  buttons.append(
    act('Verify', 'verify', () => verify(hook)),
    active ? change('Deactivate', 'deactivate') : change('Activate', 'activate'));
  // Okta lets nobody delete an active hook.
  if (!active) {
    buttons.append(act('Delete', 'delete', async () => {
      await okta('DELETE', `${EVENT_HOOKS}/${id}`);
      await loadHooks();
      showMessage($('hooks-message'), `${hook.name}: deleted.`, 'good');
    }));
  }
  card.append(title, element('p', hook.channel.config.uri), types, buttons);
  return card;
}

const opened = new Set();

async function verify(hook) {
  showMessage($('hooks-message'), `${hook.name}: asking …`);
  let refusal = null;
  try {
    await okta('POST', `${EVENT_HOOKS}/${hook.id}/lifecycle/verify`);
  } catch (error) {
    refusal = error.message;
  }
  const calls = await admin('GET', '/admin/calls?limit=100');
  const call = calls.findLast((one) => one.kind === 'verification' && one.hookId === hook.id);
  const lines = [element('div', refusal ?? `${hook.name}: verified.`)];
  if (refusal && call) lines.push(element('div', whyUnverified(call)));
  if (call) lines.push(lookAt(call));
  await loadHooks();
  showMessage($('hooks-message'), lines, refusal ? 'bad' : 'good');
}

function whyUnverified({ answer, error }) {
  if (!answer) return `There was no answer: ${error}.`;
  const { status } = answer;
  const reason = `The receiver answered ${status}`;
  if (status === 401 || status === 403) return `${reason}: it does not accept the secret. Compare the field and the secret on both sides.`;
  if (status === 404) return `${reason}: there is nothing at this path. Compare the URL with the receiver's path.`;
  if (status === 405) return `${reason}: it does not take GET, which is what the verification is.`;
  if (status >= 300 && status < 400) return `${reason}: redirects are not followed. Give the URL it points to.`;
  if (status >= 200 && status < 300) return `${reason}, but not with {"verification": "…"} and the challenge from the header x-okta-verification-challenge in it.`;
  return `${reason}. It has to be 200, with {"verification": "…"} and the challenge in it.`;
}

function lookAt(call) {
  return button('Look at the call', 'look', $('calls-message'), () => select(call, true));
}

function headerLines(text) {
  return text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`No header, for it has no name and colon: ${line}`);
    return { name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() };
  });
}

async function createHook() {
  const form = $('hook-form').elements;
  const items = [...$('types').querySelectorAll('input:checked')].map((box) => box.value);
  const secret = form.value.value;
  const created = await okta('POST', EVENT_HOOKS, {
    name: form.name.value,
    events: { type: 'EVENT_TYPE', items },
    channel: {
      type: 'HTTP',
      version: '1.0.0',
      config: {
        uri: form.uri.value,
        headers: headerLines(form.headers.value).map(({ name, value }) => ({ key: name, value })),
        authScheme: secret === '' ? null : { type: 'HEADER', key: form.key.value, value: secret },
      },
    },
  });
  form.value.value = '';
  $('hook-new').open = false;
  $('hook-new').querySelector('summary').focus();
  await loadHooks();
  showMessage($('hooks-message'), `${created.name}: created. Nothing is delivered before it is verified.`, 'good');
}

async function loadTypes() {
  const types = (await admin('GET', '/admin/event-types')).map((info) => info.type);
  const first = (type) => CHOSEN_AT_FIRST.includes(type);
  const ordered = [...types.filter(first), ...types.filter((type) => !first(type))];
  $('types').replaceChildren(...ordered.map((type) => {
    const box = element('input');
    box.type = 'checkbox';
    box.value = type;
    box.checked = first(type);
    const label = element('label');
    label.append(box, element('span', type));
    const item = element('li');
    item.append(label);
    return item;
  }));
  countTypes();
  fillPreviewTypes(types);
}

function countTypes() {
  $('types-chosen').textContent = $('types').querySelectorAll('input:checked').length;
}

// ---------------------------------------------------------------- people

let edited = null;

async function loadPeople() {
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
  $('no-people').textContent = text === '' ? 'Nobody yet.' : 'Nobody of this name.';
  $('people-more').hidden = !more;
  redraw($('people-list'), people, personCard);
}

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

function personCard(user) {
  const { id, profile, status } = user;
  const card = element('li');
  const title = element('h3', [profile.firstName, profile.lastName].filter(Boolean).join(' ') || profile.login);
  title.append(element('span', status, status === 'ACTIVE' ? 'badge good' : 'badge'));
  const act = (text, operation, work) => button(text, `${id} ${operation}`, $('people-message'), work);
  const buttons = element('div', undefined, 'buttons');
  buttons.append(
    ...(OPERATIONS[status] ?? []).map(([text, operation]) => act(text, operation, async () => {
      await operate(id, operation);
      await loadPeople();
      showMessage($('people-message'), `${profile.login}: ${text.toLowerCase()}: done.`, 'good');
    })),
    act('Edit', 'edit', async () => edit(user)));
  card.append(title, element('p', profile.login), buttons);
  return card;
}

function operate(id, operation) {
  if (operation === 'delete') return okta('DELETE', `${USERS}/${id}`);
  if (operation === 'lock') return admin('POST', `/admin/users/${id}/lock`);
  return okta('POST', `${USERS}/${id}/lifecycle/${operation}?sendEmail=false`);
}

function edit(user) {
  edited = user;
  const form = $('person-form');
  form.reset();
  for (const name of ['firstName', 'lastName', 'login', 'email']) form.elements[name].value = user?.profile[name] ?? '';
  $('person-summary').textContent = user ? 'Edit person' : 'Add person';
  $('person-start').hidden = user !== null;
  $('person-cancel').hidden = user === null;
  $('person-new').open = user !== null;
  (user ? form.elements.firstName : $('person-summary')).focus();
}

async function savePerson() {
  const form = $('person-form').elements;
  const profile = {};
  for (const name of ['firstName', 'lastName', 'login']) profile[name] = form[name].value;
  profile.email = form.email.value || profile.login;
  if (edited) {
    await okta('POST', `${USERS}/${edited.id}`, { profile });
  } else {
    const start = form.start.value;
    const body = { profile };
    // Nobody signs in here, so nobody has to know it.
    if (start === 'active') body.credentials = { password: { value: crypto.randomUUID() } };
    await okta('POST', `${USERS}?activate=${start !== 'staged'}`, body);
  }
  edit(null);
  await loadPeople();
  showMessage($('people-message'), `${profile.login}: saved.`, 'good');
}

// ---------------------------------------------------------------- preview

let sample = '';

function options(select, names) {
  const before = select.value;
  select.replaceChildren(...names.map(([value, text]) => {
    const option = element('option', text);
    option.value = value;
    return option;
  }));
  if (names.some(([value]) => value === before)) select.value = before;
}

function fillPreviewHooks() {
  options($('preview-hook'), hooks.map((hook) => [hook.id, hook.name]));
}

function fillPreviewTypes(types) {
  options($('preview-type'), types.map((type) => [type, type]));
  $('preview-type').value = CHOSEN_AT_FIRST[0];
}

async function getSample() {
  const query = new URLSearchParams({ type: $('preview-type').value });
  if ($('preview-target').value !== '') query.set('target', $('preview-target').value);
  if ($('preview-hook').value !== '') query.set('hook', $('preview-hook').value);
  sample = JSON.stringify(await admin('GET', `/admin/sample?${query}`), null, 2);
  $('preview-body').value = sample;
  $('preview-body').setSelectionRange(0, 0);
  $('preview-body').scrollTop = 0;
  notePreview();
}

// What was edited by hand is replaced only by the button.
async function getSampleUnlessEdited() {
  if ($('preview-body').value === sample) await getSample();
}

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function notePreview() {
  const invalid = !isJson($('preview-body').value);
  $('preview-note').textContent = invalid ? 'This is not JSON. It is delivered as it is.' : '';
}

async function deliver() {
  const hook = $('preview-hook').value;
  if (hook === '') throw new Error('Create a hook first.');
  if ($('preview-body').value === '') await getSample();
  const call = await admin('POST', `/admin/deliver/${hook}`, $('preview-body').value);
  showCallMessage($('preview-message'), call);
}

function showCallMessage(where, call) {
  const parts = [element('div', `${outcome(call)} in ${call.durationMs} ms`)];
  if (call.answer?.body) parts.push(element('pre', call.answer.body));
  showMessage(where, [...parts, lookAt(call)], call.next === 'accepted' ? 'good' : 'bad');
}

// ---------------------------------------------------------------- inspector

// By id; the strings that the filter searches, and the rows.
const calls = new Map();
let selected = null;

function outcome({ answer, error }) {
  return answer ? `${answer.status}` : error;
}

// What a call is about, in a few words.
function about(call) {
  let events = [];
  try {
    events = JSON.parse(call.request.body).data.events.map((event) => {
      const who = event.target?.[0]?.alternateId;
      return [event.eventType, who].filter((part) => typeof part === 'string').join(' ');
    });
  } catch { /* Whatever it is, it is not a delivery. */ }
  if (events.length === 0) return `${call.request.method} ${call.request.url}`;
  return events.length > 1 ? `${events[0]} and ${events.length - 1} more` : events[0];
}

function callRow(call) {
  const row = element('tr');
  const open = button(new Date(call.time).toLocaleTimeString(), `call${call.id}`, $('calls-message'), () => select(call, true));
  open.setAttribute('aria-label', `Call ${call.id}, ${call.kind}, ${open.textContent}`);
  const first = element('td');
  first.append(open);
  const good = call.next === 'accepted';
  row.append(
    first, element('td', call.kind), element('td', `${call.attempt}`),
    element('td', outcome(call), good ? 'good' : 'bad'),
    element('td', `${call.durationMs} ms`), element('td', about(call)));
  row.addEventListener('click', (event) => {
    // A selection of text is no choice of a row; the button has an answer of its own.
    if (event.target !== open && getSelection().isCollapsed) select(call, false);
  });
  return row;
}

function add(call) {
  if (calls.has(call.id)) return;
  const row = callRow(call);
  const text = JSON.stringify(call).toLowerCase() + `\n${call.request.body}\n${call.answer?.body}`.toLowerCase();
  calls.set(call.id, { row, text });
  row.hidden = !matches(text);
  $('calls').tBodies[0].prepend(row);
  if (calls.size > MAX_CALLS) {
    const [oldest, { row: last }] = calls.entries().next().value;
    last.remove();
    calls.delete(oldest);
  }
  showWhetherThereAreAny();
}

function showWhetherThereAreAny() {
  $('no-calls').hidden = calls.size > 0;
  $('calls-scroll').hidden = calls.size === 0;
}

function matches(text) {
  return $('filter').value.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

function filterCalls() {
  let shown = 0;
  for (const { row, text } of calls.values()) {
    row.hidden = !matches(text);
    if (!row.hidden) shown += 1;
  }
  showMessage($('calls-message'), $('filter').value.trim() === '' ? [] : `${shown} of ${calls.size} calls`);
}

function showHeaders(list, headers) {
  list.replaceChildren(...headers.flatMap(({ name, value }) => [element('dt', name), element('dd', value)]));
}

function select(call, focus) {
  add(call);
  if (selected?.id !== call.id) {
    showEditor(false);
    $('call-message').replaceChildren();
  }
  selected = call;
  for (const [id, { row }] of calls) row.setAttribute('aria-current', String(id === call.id));
  const { request, answer } = call;
  $('call').hidden = false;
  $('call-title').textContent = `Call ${call.id}: ${call.kind}, attempt ${call.attempt}, ${new Date(call.time).toLocaleString()}`;
  $('call-url').textContent = `${request.method} ${request.url}`;
  $('call-end').textContent = [
    `${outcome(call)} in ${call.durationMs} ms`, call.next, call.note].filter(Boolean).join(', ');
  $('call-end').className = call.next === 'accepted' ? 'good' : 'bad';
  showHeaders($('request-headers'), request.headers);
  $('request-body').textContent = indented(request.body);
  showHeaders($('answer-headers'), answer?.headers ?? []);
  $('answer-body').textContent = answer ? indented(answer.body) : call.error;
  const secret = [...request.headers, ...(answer?.headers ?? [])].some((header) => header.secret);
  const revealed = call.revealed === true;
  $('call-reveal').hidden = !secret;
  $('call-reveal').textContent = revealed ? 'Hide secrets' : 'Reveal secrets';
  $('call-reveal').setAttribute('aria-pressed', String(revealed));
  // Emptied, not only hidden: it may have a secret in it.
  $('curl').textContent = '';
  $('curl').hidden = true;
  if (focus) $('call').focus();
}

// JSON with line breaks, each token as it was sent: reading and writing it anew would lose what a
// number or a key that is there twice looked like.
function indented(text) {
  if (!isJson(text)) return text;
  const [tokens, out] = [text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g), []];
  let depth = 0;
  const line = () => out.push(`\n${'  '.repeat(depth)}`);
  tokens.forEach((token, position) => {
    const opens = token === '{' || token === '[';
    const closes = token === '}' || token === ']';
    if (closes) {
      depth -= 1;
      if (!'{['.includes(tokens[position - 1])) line();
    }
    out.push(token === ':' ? ': ' : token);
    if (opens) {
      depth += 1;
      if (!'}]'.includes(tokens[position + 1])) line();
    }
    if (token === ',') line();
  });
  return out.join('');
}

async function reveal() {
  const masked = selected.revealed === true;
  const call = await admin('GET', `/admin/calls/${selected.id}${masked ? '' : '?reveal=1'}`);
  call.revealed = !masked;
  // What is being edited stays, but for the values that are revealed or masked now.
  const editing = !$('edit-form').hidden;
  select(call, false);
  if (editing) $('edit-headers').value = unmaskedLines($('edit-headers').value, call);
}

function unmaskedLines(text, call) {
  return text.split('\n').map((line) => {
    const header = call.request.headers.find(({ name, secret }) => secret && line.startsWith(`${name}: `));
    return header ? `${header.name}: ${header.value}` : line;
  }).join('\n');
}

async function copyCurl() {
  const command = curl(selected);
  $('curl').textContent = command;
  $('curl').hidden = false;
  const masked = selected.request.headers.filter(({ value }) => value === MASK).map(({ name }) => `$${variable(name)}`);
  const hint = masked.length ? ` Secrets are masked: set ${masked.join(' and ')}, or reveal them first.` : '';
  try {
    await navigator.clipboard.writeText(command);
    showMessage($('call-message'), `Copied.${hint}`, 'good');
  } catch {
    showMessage($('call-message'), `The browser does not let pages copy: select it below.${hint}`);
  }
}

function showEditor(open) {
  $('edit-form').hidden = !open;
  $('call-edit').setAttribute('aria-expanded', String(open));
  if (!open) {
    for (const field of ['edit-headers', 'edit-body']) $(field).value = '';
    return;
  }
  $('edit-headers').value = selected.request.headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
  $('edit-body').value = indented(selected.request.body);
  $('edit-headers').focus();
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
  const [before, after] = [byName(call.request.headers), byName(headerLines($('edit-headers').value))];
  const headers = {};
  for (const [name, value] of after) if (before.get(name) !== value) headers[name] = value;
  for (const name of before.keys()) if (!after.has(name)) headers[name] = null;
  const changes = { headers };
  // A textarea knows one kind of line break only.
  const body = $('edit-body').value;
  if (body !== indented(call.request.body).replaceAll(/\r\n?/g, '\n')) changes.body = body;
  return changes;
}

async function replay(changes) {
  const call = await admin('POST', `/admin/replay/${selected.id}`, changes);
  select(call, true);
  showCallMessage($('call-message'), call);
}

async function forget() {
  await admin('DELETE', '/admin/calls');
  showCalls([]);
}

function showCalls(list) {
  calls.clear();
  $('calls').tBodies[0].replaceChildren();
  $('call').hidden = true;
  selected = null;
  list.forEach(add);
  showWhetherThereAreAny();
}

// ---------------------------------------------------------------- live

const messages = { hooks: $('hooks-message'), people: $('people-message') };

function later(work, where) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => work().catch((error) => showMessage(where, error.message, 'bad')), 200);
  };
}

// Others change the org as well, and most of that ends in a call.
const hooksSoon = later(loadHooks, messages.hooks);
const peopleSoon = later(loadPeople, messages.people);

function health(text, down) {
  $('live').textContent = text;
  $('live').className = down ? 'down' : '';
}

async function load() {
  const info = await admin('GET', '/admin/info?reveal=1');
  token = info.apiToken;
  $('org-url').textContent = info.org;
  const before = selected?.id;
  const list = await admin('GET', `/admin/calls?limit=${MAX_CALLS}`);
  // What the feed brought meanwhile may be in the list already, or newer than all of it.
  showCalls([...list, ...arrived]);
  const again = before && calls.has(before) ? await admin('GET', `/admin/calls/${before}`) : null;
  if (again) select(again, false);
  await Promise.all([loadHooks(), loadPeople()]);
  if ($('types').childElementCount === 0) await loadTypes();
}

let arrived = [];

function listen() {
  const feed = new EventSource('/admin/live');
  // What is loaded once the feed is open has every call that the feed does not bring.
  feed.addEventListener('open', async () => {
    arrived = [];
    try {
      await load();
      health('Live');
    } catch (error) {
      health(`Not all could be loaded: ${error.message}`, true);
    }
  });
  feed.addEventListener('message', (event) => {
    const call = JSON.parse(event.data);
    arrived = [...arrived.slice(-50), call];
    add(call);
    if (call.kind === 'verification') hooksSoon();
    if (call.kind === 'delivery') peopleSoon();
  });
  // Not the browser's own way to connect anew: an org that was started again counts from 1.
  feed.addEventListener('error', () => {
    feed.close();
    health('Not reachable. Trying again …', true);
    setTimeout(listen, 1000);
  });
}

function press(id, where, work) {
  $(id).addEventListener('click', () => once($(id), where, work));
}

function submit(id, pressed, where, work) {
  $(id).addEventListener('submit', (event) => {
    event.preventDefault();
    once(pressed, where, work);
  });
}

function toggle(control, shown, work) {
  control.addEventListener('click', () => {
    const now = control.getAttribute('aria-pressed') !== 'true';
    control.setAttribute('aria-pressed', String(now));
    control.textContent = now ? 'Hide' : shown;
    work(now);
  });
}

submit('hook-form', $('hook-form').querySelector('.main'), messages.hooks, createHook);
submit('person-form', $('person-save'), messages.people, savePerson);
submit('preview-form', $('preview-deliver'), $('preview-message'), deliver);
submit('edit-form', $('edit-send'), $('call-message'), () => replay(modifications(selected)));
press('person-cancel', messages.people, async () => edit(null));
press('preview-sample', $('preview-message'), getSample);
press('call-replay', $('call-message'), () => replay());
press('call-edit', $('call-message'), async () => showEditor($('edit-form').hidden));
press('call-curl', $('call-message'), copyCurl);
press('call-reveal', $('call-message'), reveal);
press('forget', $('calls-message'), forget);
toggle($('token-reveal'), 'Reveal', (now) => { $('token').textContent = now ? token : MASK; });
toggle($('hook-secret-show'), 'Show', (now) => { $('hook-secret').type = now ? 'text' : 'password'; });
$('filter').addEventListener('input', filterCalls);
$('people-find').addEventListener('input', peopleSoon);
$('preview-body').addEventListener('input', notePreview);
for (const id of ['preview-hook', 'preview-type', 'preview-target']) {
  $(id).addEventListener('change', () => once($(id), $('preview-message'), getSampleUnlessEdited));
}
$('types').addEventListener('change', countTypes);
$('types-find').addEventListener('input', () => {
  const text = $('types-find').value.trim().toLowerCase();
  for (const item of $('types').children) item.hidden = !item.textContent.includes(text);
});
document.addEventListener('visibilitychange', () => {
  if (document.hidden || token === '') return;
  hooksSoon();
  peopleSoon();
});
listen();
