// Making and changing what is on the page. Whatever was received becomes a text node, never markup.

export const $ = (id) => document.getElementById(id);

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** An element with these children; those that are `null` are left out. */
export function group(name, className, ...children) {
  const made = element(name, undefined, className);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function options(select, names) {
  const before = select.value;
  select.replaceChildren(...names.map(([value, text]) => {
    const option = element('option', text);
    option.value = value;
    return option;
  }));
  if (names.some(([value]) => value === before)) select.value = before;
}

// Draws `things` in place of what was there; the focus stays with the button that had it, or goes to
// another one of the same thing. Nothing is drawn anew while nothing has changed: a button that is
// replaced between the press and the release of the mouse is not clicked.
export function redraw(container, things, draw) {
  const latest = JSON.stringify(things);
  if (drawn.get(container) === latest) return;
  drawn.set(container, latest);
  const active = container.contains(document.activeElement) ? document.activeElement : null;
  const top = container.scrollTop;
  container.replaceChildren(...things.map(draw));
  container.scrollTop = top;
  if (!active) return;
  const key = active.dataset.key ?? '';
  const all = [...container.querySelectorAll('[data-key]')];
  const of = key.split(' ')[0];
  const same = all.find((one) => one.dataset.key === key) ?? all.find((one) => one.dataset.key.split(' ')[0] === of);
  (same ?? (active.isConnected ? active : null))?.focus();
}

const drawn = new Map();

export function clockTime(time) {
  return new Date(time).toLocaleTimeString('en-GB');
}

export function dayAndTime(time) {
  const date = new Date(time);
  const today = new Date().toDateString() === date.toDateString();
  return today ? clockTime(time) : `${date.toLocaleDateString()} ${clockTime(time)}`;
}
