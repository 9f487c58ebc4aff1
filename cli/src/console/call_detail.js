// One call: how it went, what can be done with it, and its two sides as tabs.
import { MASK, admin } from './api.js';
import { tone } from './call_list.js';
import { bodyView, headerList } from './call_content.js';
import { diffView } from './call_diff.js';
import { closeEditor, openEditor, replay, revealInEditor } from './call_editor.js';
import { curl, variable } from './curl.js';
import { $, dayAndTime, element, group } from './dom.js';
import { clearMessage, copy, press, showMessage } from './feedback.js';

let selected = null;
let original = null;
let tab = 'request';
const message = $('call-message');

export const selectedCall = () => selected;

/** Loads and shows a call; nothing of another one is left. */
export async function showCall(id) {
  const call = await admin('GET', `/admin/calls/${id}`);
  const of = call.replayOf ? await admin('GET', `/admin/calls/${call.replayOf}`).catch(() => null) : null;
  if (selected?.id !== call.id) {
    closeEditor();
    clearMessage(message);
    hideCurl();
  }
  [selected, original] = [call, of];
  draw();
}

export function showNoCall(title, why) {
  selected = null;
  $('call').hidden = true;
  $('no-call').hidden = false;
  $('no-call-title').textContent = title;
  $('no-call-why').textContent = why;
}

function draw() {
  const call = selected;
  $('call').hidden = false;
  $('no-call').hidden = true;
  $('call-title').textContent = `Call ${call.id}: ${call.kind}`;
  $('call-end').textContent = call.open ? 'open' : call.outcome;
  $('call-end').className = `badge ${tone(call)}`;
  $('call-url').textContent = `${call.request.method} ${call.request.url}`;
  $('call-facts').replaceChildren(...facts(call));
  const secret = [...call.request.headers, ...(call.answer?.headers ?? [])].some((header) => header.secret);
  $('call-reveal').hidden = !secret;
  $('call-reveal').textContent = call.revealed ? 'Hide secrets' : 'Reveal secrets';
  $('call-reveal').setAttribute('aria-pressed', String(call.revealed === true));
  $('tab-diff').hidden = original === null;
  if (tab === 'diff' && original === null) tab = 'request';
  drawTab();
}

const RETRIES = { emulator: 'the emulator, as Okta does', sender: 'whoever sent it, as Okta does' };

function facts(call) {
  const attempts = call.attempts.length > 1 ? call.attempts.map((id, n) => {
    const link = element('a', `${n + 1}`);
    link.href = `#call-${id}`;
    if (id === call.id) link.setAttribute('aria-current', 'true');
    return link;
  }).flatMap((link) => [link, ' ']) : null;
  const all = [
    ['Time', dayAndTime(call.time)],
    ['Took', call.durationMs === null ? null : `${call.durationMs} ms`],
    ['Hook', call.hookName],
    ['From', call.source],
    ['Attempts', attempts],
    ['Error', call.error],
    ['Sender got', call.answered],
    ['Retried by', call.next === 'retry' ? RETRIES[call.retries] : null],
    ['Note', call.note],
  ];
  return all.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => {
    const dd = element('dd');
    dd.append(...[].concat(value));
    return group('div', '', element('dt', name), dd);
  });
}

function drawTab() {
  for (const one of $('call-tabs').children) {
    const chosen = one.id === `tab-${tab}`;
    one.setAttribute('aria-selected', String(chosen));
    one.tabIndex = chosen ? 0 : -1;
  }
  $('call-panel').setAttribute('aria-labelledby', `tab-${tab}`);
  $('call-panel').replaceChildren(...{ request: requestPanel, answer: answerPanel, diff: diffPanel }[tab]());
}

function side(headers, body, name) {
  const list = headerList(headers);
  list.id = `${name}-headers`;
  const title = element('h3', headers.length === 1 ? '1 header' : `${headers.length} headers`);
  return [group('div', '', title, list), bodyView(body, name)];
}

const requestPanel = () => side(selected.request.headers, selected.request.body, 'request');
const diffPanel = () => [diffView(original, selected)];

function answerPanel() {
  const { answer, open, error } = selected;
  if (answer) return [element('p', `Status ${answer.status}`, 'mono'), ...side(answer.headers, answer.body, 'answer')];
  return [group('div', 'empty', element('h3', open ? 'No answer yet' : 'No answer'), element('p', error ?? 'The receiver has three seconds.'))];
}

async function reveal() {
  const masked = selected.revealed === true;
  const query = masked ? '' : '?reveal=1';
  const call = await admin('GET', `/admin/calls/${selected.id}${query}`);
  if (original) original = await admin('GET', `/admin/calls/${original.id}${query}`).catch(() => null);
  call.revealed = !masked;
  selected = call;
  hideCurl();
  clearMessage(message);
  draw();
  // What is being edited stays, but for the values that are revealed or masked now.
  revealInEditor(call);
}

// Emptied, not only hidden: it may have a secret in it.
function hideCurl() {
  $('curl').textContent = '';
  $('curl').hidden = true;
}

async function copyCurl() {
  const command = curl(selected);
  $('curl').textContent = command;
  $('curl').hidden = false;
  const masked = selected.request.headers.filter(({ value }) => value === MASK).map(({ name }) => `$${variable(name)}`);
  const copied = await copy(command, message, 'The command is');
  if (masked.length) {
    const hint = `Secrets are masked: set ${masked.join(' and ')}, or reveal them first.`;
    showMessage(message, [...message.childNodes, element('div', hint)], copied ? 'good' : 'warn');
  }
}

export function startDetail() {
  press($('call-replay'), message, () => replay(selected, null));
  press($('call-replay-new'), message, () => replay(selected, { newIds: true }));
  press($('call-edit'), message, () => openEditor(selected));
  press($('call-curl'), message, copyCurl);
  press($('call-reveal'), message, reveal);
  const tabs = [...$('call-tabs').children];
  for (const one of tabs) one.addEventListener('click', () => { tab = one.id.slice(4); drawTab(); });
  $('call-tabs').addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const shown = tabs.filter((one) => !one.hidden);
    const next = shown[(shown.indexOf(event.target) + step + shown.length) % shown.length];
    next.click();
    next.focus();
  });
}

