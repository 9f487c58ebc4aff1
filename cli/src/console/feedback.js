// What a press of a button leads to: one thing at a time, and a message beside it, which gets the focus
// and is read out.
import { element, group } from './dom.js';

/** A place for messages. */
export function messagePlace() {
  const place = element('div', undefined, 'message');
  place.setAttribute('role', 'status');
  place.tabIndex = -1;
  return place;
}

export function showMessage(place, text, kind = '', focus = true) {
  place.className = `message ${kind}`;
  place.tabIndex = -1;
  place.replaceChildren(...[].concat(text));
  if (!focus || place.childNodes.length === 0) return;
  place.focus({ preventScroll: true });
  place.scrollIntoView({ block: 'nearest' });
}

export function clearMessage(place) {
  place.className = 'message';
  place.replaceChildren();
}

/** Messages of many things of one kind, by id: only the last one is shown. */
export class Messages {
  constructor() {
    this.places = new Map();
  }

  of(id) {
    if (!this.places.has(id)) this.places.set(id, messagePlace());
    return this.places.get(id);
  }

  clear() {
    for (const place of this.places.values()) clearMessage(place);
  }

  say(id, text, kind) {
    this.clear();
    showMessage(this.of(id), text, kind);
  }
}

export async function once(pressed, place, work) {
  if (pressed.getAttribute('aria-busy') === 'true') return;
  // Not `disabled`: that would take the focus away.
  pressed.setAttribute('aria-busy', 'true');
  try {
    await work();
  } catch (error) {
    showMessage(place, error.message, 'bad');
  } finally {
    pressed.removeAttribute('aria-busy');
  }
}

const failures = new WeakMap();

/** Work that nobody has pressed a button for: why it failed is said in `place` until it goes well. */
export async function unasked(place, work) {
  try {
    await work();
    if (failures.get(place)?.isConnected) clearMessage(place);
  } catch (error) {
    const said = failures.get(place);
    if (said?.isConnected && said.textContent === error.message) return;
    failures.set(place, element('div', error.message));
    showMessage(place, failures.get(place), 'bad', false);
  }
}

export function button(text, place, work, { className = '', key = '', label = '' } = {}) {
  const made = element('button', text, className);
  made.type = 'button';
  if (key) made.dataset.key = key;
  if (label) made.setAttribute('aria-label', label);
  made.addEventListener('click', () => once(made, place, work));
  return made;
}

export function press(control, place, work) {
  control.addEventListener('click', () => once(control, place, work));
}

export function submit(form, pressed, place, work) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    once(event.submitter ?? pressed, place, () => work(event.submitter ?? pressed));
  });
}

/** Asks, and is true if the answer was the one that `yes` names. */
export function ask(question, why, yes, no) {
  return new Promise((resolve) => {
    const dialog = element('dialog');
    dialog.setAttribute('aria-labelledby', 'ask-title');
    const title = element('h3', question);
    title.id = 'ask-title';
    const before = document.activeElement;
    let answer = false;
    const choice = (text, className, value) => {
      const made = element('button', text, className);
      made.addEventListener('click', () => { answer = value; dialog.close(); });
      return made;
    };
    dialog.append(title, element('p', why), group('div', 'buttons', choice(no, 'primary', false), choice(yes, 'danger', true)));
    dialog.addEventListener('close', () => {
      dialog.remove();
      before?.focus?.();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export async function copy(text, place, what) {
  try {
    await navigator.clipboard.writeText(text);
    showMessage(place, `${what} copied.`, 'good');
    return true;
  } catch {
    showMessage(place, 'The browser does not let pages copy: select the text and copy it.', 'warn');
    return false;
  }
}
