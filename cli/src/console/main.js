// The console: a page over the same API that everybody else gets. This file puts its parts together.
import { MASK, apiToken, signIn } from './api.js';
import { connect } from './connection.js';
import { $ } from './dom.js';
import { loadTypes } from './event_types.js';
import { startHookForm } from './hook_form.js';
import { loadHooks } from './hooks.js';
import { startInlineHooks } from './inline_hooks.js';
import { callsChanged, startInspector } from './inspector.js';
import { loadPeople, startPeople } from './people.js';
import { startPreview } from './preview.js';
import { show } from './router.js';
import { startUnknownPaths } from './unknown_paths.js';

// At most once in a while, and only for a page that somebody looks at.
function soon(work) {
  let timer = null;
  return () => {
    if (timer || document.hidden) return;
    timer = setTimeout(async () => {
      timer = null;
      try { await work(); } catch { /* The connection says what there is to say. */ }
    }, 300);
  };
}

const hooksSoon = soon(loadHooks);
const peopleSoon = soon(loadPeople);

async function load() {
  const info = await signIn();
  $('org-url').textContent = info.org;
  await loadTypes();
  await Promise.all([loadHooks(), loadPeople()]);
}

function changed(calls) {
  callsChanged(calls);
  if (calls.some((call) => call.kind === 'verification')) hooksSoon();
  if (calls.some((call) => call.kind === 'delivery')) peopleSoon();
}

function startToken() {
  $('token-reveal').addEventListener('click', () => {
    const shown = $('token-reveal').getAttribute('aria-pressed') !== 'true';
    $('token').textContent = shown ? apiToken() : MASK;
    $('token-reveal').textContent = shown ? 'Hide' : 'Reveal';
    $('token-reveal').setAttribute('aria-pressed', String(shown));
  });
}

startToken();
startHookForm();
startPeople(peopleSoon);
startPreview();
startInlineHooks();
startInspector();
startUnknownPaths();
show();
document.addEventListener('visibilitychange', () => {
  if (document.hidden || apiToken() === '') return;
  hooksSoon();
  peopleSoon();
});
connect(load, changed);
