// A field for JSON that says, while one types, what keeps it from being JSON and where.
import { jsonError } from './json_text.js';

/** Shows in `note` what is wrong; `note` is named by the field's `aria-describedby`. */
export function checkWhileTyping(field, note) {
  field.setAttribute('aria-describedby', note.id);
  field.addEventListener('input', () => checkJson(field, note));
}

export function checkJson(field, note) {
  const error = field.value.trim() === '' ? null : jsonError(field.value);
  field.setAttribute('aria-invalid', String(error !== null));
  note.className = error ? 'hint bad' : 'hint';
  note.textContent = error
    ? `Not JSON, line ${error.line}, column ${error.column}: ${error.why}. It is sent as it is.`
    : field.value.trim() === '' ? '' : 'Valid JSON.';
}
