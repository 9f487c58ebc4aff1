// JSON as it is written: where it is wrong, and the same tokens with line breaks. Reading and writing it
// anew would lose what a number or a key that is there twice looked like.

const TOKEN = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;
const SPACE = /[ \t\n\r]*/y;

/** The tokens and where each begins, and where the first character is that begins none, or -1. */
function scan(text) {
  const [tokens, places] = [[], []];
  let at = 0;
  for (;;) {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    at = SPACE.lastIndex;
    if (at >= text.length) return { tokens, places, stop: -1 };
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    // Two values without anything between are no token either: 12true, 1.2.3.
    if (!found || (/[\w.+-]/.test(found[0].at(-1)) && /[\w.+-]/.test(text[TOKEN.lastIndex] ?? ''))) return { tokens, places, stop: at };
    tokens.push(found[0]);
    places.push(at);
    at = TOKEN.lastIndex;
  }
}

const CLOSING = { '{': '}', '[': ']' };

/** What was expected at the first token that cannot stand where it is: `[position, what]`, or `null`. */
function unexpected(tokens) {
  const open = [];
  let expected = 'value';
  for (let n = 0; n < tokens.length; n += 1) {
    const token = tokens[n];
    const inside = open.at(-1);
    const after = () => (open.length ? 'comma' : 'end');
    if (expected === 'end') return [n, 'nothing more was expected'];
    if (expected === 'comma') {
      if (token === ',') expected = inside === '{' ? 'name' : 'value';
      else if (token === CLOSING[inside]) { open.pop(); expected = after(); } else return [n, `a comma or ${CLOSING[inside]} was expected`];
    } else if (expected === 'colon') {
      if (token !== ':') return [n, 'a colon was expected'];
      expected = 'value';
    } else if (token === CLOSING[inside] && tokens[n - 1] === inside) {
      open.pop();
      expected = after();
    } else if (expected === 'name') {
      if (token[0] !== '"') return [n, tokens[n - 1] === ',' && token === '}' ? 'there is a comma before }' : 'a name in double quotes was expected'];
      expected = 'colon';
    } else if (token === '{' || token === '[') {
      open.push(token);
      expected = token === '{' ? 'name' : 'value';
    } else if (',:}]'.includes(token)) return [n, tokens[n - 1] === ',' ? `there is a comma before ${token}` : 'a value was expected'];
    else expected = after();
  }
  return expected === 'end' ? null : [tokens.length, 'it ends too early'];
}

function reason(text, at) {
  if (text[at] === '"') return 'this string does not end, or has an escape or a line break that is not allowed';
  return text[at] === "'" ? 'strings stand in double quotes' : `${text[at]} was not expected`;
}

/** What keeps the text from being JSON: `{line, column, why}`, both from 1; `null` if nothing does. */
export function jsonError(text) {
  const { tokens, places, stop } = scan(text);
  const wrong = unexpected(tokens);
  if (!wrong && stop < 0) return null;
  const early = wrong && wrong[0] < tokens.length;
  const at = early ? places[wrong[0]] : stop < 0 ? text.length : stop;
  const why = early || stop < 0 ? wrong[1] : reason(text, stop);
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1).length + 1, why };
}

/** The tokens, or `null` if the text is not JSON. */
export function jsonTokens(text) {
  const { tokens, stop } = scan(text);
  return stop < 0 && !unexpected(tokens) ? tokens : null;
}

export function indented(text) {
  const tokens = jsonTokens(text);
  if (!tokens) return text;
  const out = [];
  let depth = 0;
  const line = () => out.push(`\n${'  '.repeat(depth)}`);
  tokens.forEach((token, position) => {
    const opens = token === '{' || token === '[';
    if (token === '}' || token === ']') {
      depth -= 1;
      if (!'{['.includes(tokens[position - 1])) line();
    }
    out.push(token === ':' ? ': ' : token);
    if (opens) {
      depth += 1;
      if (!'}]'.includes(tokens[position + 1])) line();
    }
    if (token === ',') line();
  });
  return out.join('');
}
