// The filter of a hook: for some of its event types, an expression of Okta's language.
import { $, element, group, options } from './dom.js';
import { chosenTypes, typeName } from './event_types.js';

function row({ event, condition } = {}) {
  const select = element('select');
  select.setAttribute('aria-label', 'Event type to filter');
  const names = [...new Set([...(event ? [event] : []), ...chosenTypes()])];
  options(select, names.map((type) => [type, `${typeName(type)} · ${type}`]));
  if (event) select.value = event;
  const expression = element('textarea');
  expression.rows = 2;
  expression.spellcheck = false;
  expression.value = condition?.expression ?? '';
  expression.placeholder = "event.target.?[type eq 'User' && alternateId eq 'john.doe@example.com'].size()>0";
  expression.setAttribute('aria-label', 'Expression');
  const remove = element('button', 'Remove', 'quiet');
  remove.type = 'button';
  remove.setAttribute('aria-label', 'Remove this filter');
  const made = group('li', 'filter-row', group('div', 'joined', select, remove), expression);
  remove.addEventListener('click', () => { made.remove(); $('filter-add').focus(); });
  return made;
}

export function setFilters(filter) {
  $('filter-rows').replaceChildren(...(filter?.eventFilterMap ?? []).map(row));
}

/** As Okta's API takes it; `null` if there is none. */
export function filters() {
  const map = [...$('filter-rows').children].map((one) => ({
    event: one.querySelector('select').value,
    condition: { version: null, expression: one.querySelector('textarea').value },
  })).filter(({ condition }) => condition.expression.trim() !== '');
  return map.length ? { type: 'EXPRESSION_LANGUAGE', eventFilterMap: map } : null;
}

export function startFilters() {
  $('filter-add').addEventListener('click', () => {
    const made = row();
    $('filter-rows').append(made);
    made.querySelector('select').focus();
  });
}
