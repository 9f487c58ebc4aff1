// JSON in colours, with parts that can be folded. Only the first fold is a tab stop; the arrow keys go on
// from there.
import { element } from './dom.js';
import { jsonTokens } from './json_text.js';

// More tokens than this are shown as they are: each is an element.
const MAX_TOKENS = 20_000;

function kind(token) {
  if (token[0] === '"') return 'json-string';
  if (/^[-\d]/.test(token)) return 'json-number';
  return /^[tfn]/.test(token) ? 'json-literal' : '';
}

/** The view, or `null` if the text is not JSON or too long. */
export function jsonView(text) {
  const tokens = jsonTokens(text);
  if (!tokens || tokens.length > MAX_TOKENS) return null;
  const view = element('div', undefined, 'json');
  let at = 0;
  // A stack of its own: a body may be nested as deep as it likes.
  const stack = [{ into: view, line: null }];
  const line = (of) => { of.line = element('div', undefined, 'line'); of.into.append(of.line); };
  line(stack[0]);
  for (; at < tokens.length; at += 1) {
    const token = tokens[at];
    const top = stack.at(-1);
    const empty = (token === '{' || token === '[') && '}]'.includes(tokens[at + 1]);
    if (empty) {
      top.line.append(token + tokens[at + 1]);
      at += 1;
    } else if (token === '{' || token === '[') {
      const fold = element('details');
      fold.open = true;
      const summary = element('summary');
      summary.append(...top.line.childNodes, token, element('span', ` … ${token === '{' ? '}' : ']'}`, 'folded'));
      summary.tabIndex = -1;
      if (summary.firstChild.textContent === '"target"') fold.dataset.target = '';
      fold.append(summary);
      top.line.replaceWith(fold);
      const inner = element('div', undefined, 'inner');
      fold.append(inner);
      stack.push({ into: inner, line: null });
      line(stack.at(-1));
    } else if (token === '}' || token === ']') {
      stack.pop();
      const outer = stack.at(-1);
      line(outer);
      outer.line.append(token);
    } else if (token === ',') {
      top.line.append(',');
      line(top);
    } else if (token === ':') top.line.append(': ');
    else top.line.append(element('span', token, tokens[at + 1] === ':' ? 'json-key' : kind(token)));
  }
  keys(view);
  return view;
}

function keys(view) {
  const folds = () => [...view.querySelectorAll('summary')].filter((one) => one.checkVisibility());
  const first = view.querySelector('summary');
  if (first) first.tabIndex = 0;
  view.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || event.target.localName !== 'summary') return;
    const all = folds();
    const next = all[all.indexOf(event.target) + step];
    if (!next) return;
    event.preventDefault();
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

export function foldAll(view, fold) {
  const all = [...view.querySelectorAll('details')];
  // The outermost stays open, or there would be nothing to see.
  for (const one of fold ? all.slice(1) : all) one.open = !fold;
}

export function showTarget(view) {
  const target = view.querySelector('[data-target]');
  if (!target) return false;
  for (let one = target; one && one !== view; one = one.parentElement) if (one.localName === 'details') one.open = true;
  target.scrollIntoView({ block: 'start' });
  target.firstChild.focus({ preventScroll: true });
  return true;
}
