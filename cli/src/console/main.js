// The console: a page over the same API that everybody else gets. This file puts its parts together.
import { MASK, apiToken, signIn } from './api.js';
import { connect } from './connection.js';
import { $ } from './dom.js';
import { loadTypes } from './event_types.js';
import { startHookForm } from './hook_form.js';
import { refreshHooks } from './hooks.js';
import { refreshInlineHooks, startInlineHooks } from './inline_hooks.js';
import { callsChanged, startInspector } from './inspector.js';
import { refreshPeople, startPeople } from './people.js';
import { startPreview } from './preview.js';
import { onRoute, route, show } from './router.js';
import { startUnknownPaths } from './unknown_paths.js';

// At most once in a while, and only for a page that somebody looks at.
function soon(work) {
  let timer = null;
  return () => {
    if (timer || document.hidden) return;
    timer = setTimeout(() => {
      timer = null;
      work();
    }, 300);
  };
}

const hooksSoon = soon(refreshHooks);
const peopleSoon = soon(refreshPeople);
const OF_TABS = { hooks: refreshHooks, people: refreshPeople, inline: refreshInlineHooks };

async function load() {
  const info = await signIn();
  $('org-url').textContent = info.org;
  await loadTypes();
  // Okta's APIs may refuse them, and each says so itself: the calls are there all the same.
  for (const tab of new Set(['hooks', 'people', route().tab])) OF_TABS[tab]?.();
}

// What happened meanwhile is there when one comes to a tab.
function tabOpened({ tab }) {
  if (apiToken() !== '') OF_TABS[tab]?.();
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
onRoute(tabOpened);
show();
document.addEventListener('visibilitychange', () => {
  if (document.hidden || apiToken() === '') return;
  hooksSoon();
  peopleSoon();
});
connect(load, changed);
