// What can be typed into the inspector's filter: `status:401 type:user.lifecycle target:john`.
// Terms of one key are alternatives, different keys and plain words all have to hold, and a minus
// before a term turns it around. A value with spaces stands in quotes.

export const KEYS = ['status', 'kind', 'hook', 'type', 'target', 'url', 'method', 'id'];

/** `[{not, key, value}]`, in small letters; a plain word has the key ''. */
export function parse(text) {
  const terms = [];
  for (const [, minus, key, quoted, plain] of text.toLowerCase().matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|([^\s"]+))/g)) {
    const known = KEYS.includes(key);
    const value = quoted ?? plain;
    if (known || !key) terms.push({ not: minus === '-', key: key ?? '', value });
    else terms.push({ not: minus === '-', key: '', value: `${key}:${value}` });
  }
  return terms.filter(({ value }) => value !== '');
}

export function write(terms) {
  return terms.map(({ not, key, value }) => {
    const word = /[\s"]/.test(value) ? `"${value.replaceAll('"', '')}"` : value;
    return `${not ? '-' : ''}${key ? `${key}:` : ''}${word}`;
  }).join(' ');
}

/** What is searched of a call, once for all filters. */
export function searchable(call) {
  const lower = (text) => String(text ?? '').toLowerCase();
  const found = {
    status: call.open ? 'open' : lower(call.status ?? call.end),
    kind: lower(call.kind), hook: lower(call.hookName || call.hookId), type: lower(call.types.join('\n')),
    target: lower(call.targets.join('\n')), url: lower(call.url), method: lower(call.method), id: lower(call.id),
  };
  found.noAnswer = !call.open && call.status === null;
  found[''] = lower([...Object.values(found).slice(0, 8), call.outcome, call.source, call.note].join('\n'));
  return found;
}

function holds({ key, value }, found) {
  if (key === 'status') {
    if (value === 'none' || value === 'no-answer') return found.noAnswer;
    if (/^[1-5]xx$/.test(value)) return /^\d{3}$/.test(found.status) && found.status[0] === value[0];
    return found.status.startsWith(value);
  }
  if (key === 'id') return found.id === value;
  return found[key].includes(value);
}

/** A function that says whether a `searchable` call passes. */
export function matcher(text) {
  const terms = parse(text);
  const alternatives = new Map();
  const all = [];
  for (const term of terms) {
    if (term.key === '' || term.not) all.push(term);
    else alternatives.set(term.key, [...(alternatives.get(term.key) ?? []), term]);
  }
  const either = [...alternatives.values()];
  return (found) => all.every((term) => holds(term, found) !== term.not)
    && either.every((group) => group.some((term) => holds(term, found)));
}
