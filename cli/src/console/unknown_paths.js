// Which paths clients asked for that the emulator does not have: the 404 they got is Okta's, and looks as
// if they were wrong.
import { admin } from './api.js';
import { $, element, group, redraw } from './dom.js';

const EVERY_MS = 2000;

function row({ request, count }) {
  return group('li', 'bar', element('code', request), element('span', count === 1 ? 'once' : `${count} times`, 'hint'));
}

async function load() {
  const paths = await admin('GET', '/admin/unknown-paths');
  const requests = paths.reduce((sum, path) => sum + path.count, 0);
  const said = `${requests} ${requests === 1 ? 'request' : 'requests'} for what the emulator does not have`;
  // It is a status: written anew, it would be read out again.
  if ($('unknown-said').textContent !== said) $('unknown-said').textContent = said;
  $('unknown').hidden = paths.length === 0;
  redraw($('unknown-list'), paths, row);
}

export function startUnknownPaths() {
  const look = () => { if (!document.hidden) load().catch(() => { /* The connection says so. */ }); };
  setInterval(look, EVERY_MS);
  look();
}
