// What a replay has that the call it came from had not.
import { element, group } from './dom.js';
import { indented } from './json_text.js';
import { lineDiff, shortened } from './text_diff.js';

function written({ request: { method, url, headers, body } }) {
  return [`${method} ${url}`, ...headers.map(({ name, value }) => `${name}: ${value}`), '', indented(body)].join('\n');
}

export function diffView(before, after) {
  const lines = lineDiff(written(before), written(after));
  const link = element('a', `call ${before.id}`);
  link.href = `#call-${before.id}`;
  const head = group('p', '', 'Replay of ', link, lines.every(([sign]) => sign === ' ') ? ': the same bytes.' : ':');
  const list = element('div', undefined, 'code diff');
  list.tabIndex = 0;
  list.setAttribute('role', 'region');
  list.setAttribute('aria-label', 'Differences');
  list.append(...shortened(lines).map(([sign, text]) => group('div', { '-': 'gone', '+': 'new' }[sign] ?? 'muted', element('span', sign, 'sign'), element('span', text))));
  return group('div', 'body', head, lines.every(([sign]) => sign === ' ') ? null : list);
}
