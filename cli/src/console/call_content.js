// One side of a call: its headers as they were sent, and its body, pretty or as it came.
import { element, group } from './dom.js';
import { copy, messagePlace } from './feedback.js';
import { foldAll, jsonView, showTarget } from './json_view.js';

let raw = false;

export function headerList(headers) {
  const list = element('dl', undefined, 'pairs headers mono small');
  list.append(...headers.flatMap(({ name, value }) => [element('dt', name), element('dd', value)]));
  return list;
}

/** The body with what can be done to it; `name` is "request" or "answer". */
export function bodyView(text, name) {
  if (text === '') return element('p', 'No body.', 'muted');
  const place = messagePlace();
  const shown = element('div', undefined, 'code');
  shown.id = `${name}-body`;
  shown.tabIndex = 0;
  shown.setAttribute('role', 'region');
  shown.setAttribute('aria-label', `Body of the ${name}`);
  const view = jsonView(text);
  const act = (label, work) => {
    const made = element('button', label, 'quiet');
    made.type = 'button';
    made.addEventListener('click', work);
    return made;
  };
  const toggle = act('', () => { raw = !raw; draw(); });
  const fold = act('Fold all', () => { foldAll(view, true); });
  const unfold = act('Unfold all', () => { foldAll(view, false); });
  const target = act('Jump to target', () => showTarget(view));
  function draw() {
    const asIs = raw || !view;
    shown.replaceChildren(asIs ? element('pre', text) : view);
    toggle.textContent = raw ? 'Pretty' : 'Raw';
    for (const one of [fold, unfold]) one.hidden = asIs;
    target.hidden = asIs || !view.querySelector('[data-target]');
  }
  draw();
  toggle.hidden = !view;
  return group('div', 'body',
    group('div', 'bar', element('h3', `Body, ${new TextEncoder().encode(text).length.toLocaleString('en')} bytes`),
      group('div', 'buttons', target, fold, unfold, toggle, act('Copy body', () => copy(text, place, 'Body')))),
    shown, place);
}
