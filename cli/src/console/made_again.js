// What previews and replays have in common: whether the delivery is a new one, and how it ended.
import { $, element, group } from './dom.js';
import { showMessage } from './feedback.js';
import { look } from './hooks.js';

/** The box "as a new event": ticked by itself once the body is another, until somebody chooses. */
export class NewIds {
  constructor(id) {
    this.box = $(id);
    this.touched = false;
    this.box.addEventListener('change', () => { this.touched = true; });
  }

  edited(isOther) {
    if (!this.touched) this.box.checked = isOther;
  }

  reset() {
    this.touched = false;
    this.box.checked = false;
  }

  chosen() {
    return this.box.checked;
  }
}

export function showMade(place, call, again = null) {
  const accepted = call.next === 'accepted';
  const parts = [element('div', call.status === null ? `No answer: ${call.error}` : `${call.status} in ${call.durationMs} ms`)];
  const seen = accepted && call.seen;
  if (seen) parts.push(element('div', `The receiver accepted an event with this uuid before, in call ${call.seen}: one that dedupes does nothing with it now.`));
  if (call.answer?.body) parts.push(element('pre', call.answer.body.slice(0, 2000), 'code'));
  parts.push(group('div', 'buttons', look(call.id, place), seen ? again : null));
  showMessage(place, parts, seen ? 'warn' : accepted ? 'good' : 'bad');
}
