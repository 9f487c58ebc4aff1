// Edits that are not sent or saved yet. Nothing throws them away without asking.
import { ask } from './feedback.js';

const places = new Map();

/** `isDirty` says whether this place has edits now. */
export function watchEdits(place, isDirty) {
  places.set(place, isDirty);
}

/** True if there are no edits there, or if they may go. */
export async function mayDiscard(place) {
  if (!places.get(place)?.()) return true;
  return ask('Discard your edits?', 'What you changed has not been sent or saved.', 'Discard', 'Keep editing');
}

addEventListener('beforeunload', (event) => {
  if ([...places.values()].some((isDirty) => isDirty())) event.preventDefault();
});
