// The tabs, each with a URL of its own: #hooks, #people, #preview, #inline, #inspector, and #call-9 in it.

const TABS = ['hooks', 'people', 'preview', 'inline', 'inspector'];
const listeners = [];

export function route(hash = location.hash) {
  const call = /^#call-(\d{1,15})$/.exec(hash);
  if (call) return { tab: 'inspector', call: Number(call[1]) };
  const tab = hash.slice(1);
  return { tab: TABS.includes(tab) ? tab : 'hooks', call: null };
}

/** `work` is called with each route from now on. */
export function onRoute(work) {
  listeners.push(work);
}

export function go(hash) {
  if (location.hash !== hash) history.pushState(null, '', hash);
  show();
}

/** The URL follows without an entry in the history. */
export function goQuietly(hash) {
  history.replaceState(null, '', hash);
  show();
}

export function show() {
  const now = route();
  for (const tab of TABS) {
    document.getElementById(tab).hidden = tab !== now.tab;
    const link = document.querySelector(`nav a[href="#${tab}"]`);
    if (tab === now.tab) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.body.dataset.tab = now.tab;
  document.body.classList.toggle('has-call', now.call !== null);
  for (const listener of listeners) listener(now);
}

addEventListener('hashchange', show);
