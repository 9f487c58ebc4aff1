// The line to the org: the calls are loaded once, then each change comes by itself. A lost line is said,
// and tried again.
import { loadAll, take } from './calls.js';
import { $ } from './dom.js';

const RETRY_MS = 1000;

function health(text, down = false) {
  $('live').textContent = text;
  $('live').className = down ? 'badge bad' : 'badge good';
  $('lost').hidden = !down;
}

/** `load` is done before the calls are shown; `changed` is told of those that have changed. */
export async function connect(load, changed) {
  let since;
  try {
    await load();
    since = await loadAll();
    changed([]);
  } catch {
    health('Not reachable', true);
    setTimeout(() => connect(load, changed), RETRY_MS);
    return;
  }
  const feed = new EventSource(`/admin/calls/live?since=${since}`);
  feed.addEventListener('open', () => health('Live'));
  feed.addEventListener('message', (event) => {
    const update = JSON.parse(event.data);
    take(update);
    changed(update.calls);
  });
  // Not the browser's own way to connect anew: an org that was started again counts from 1.
  feed.addEventListener('error', () => {
    feed.close();
    health('Not reachable', true);
    setTimeout(() => connect(load, changed), RETRY_MS);
  });
}
