// A call as a `curl` command. It is pasted into a shell, and all of it comes from elsewhere: a method
// may be X&touch$IFS'it'&, and a header x-`id`. So every word is quoted, for any POSIX shell.
import { MASK } from './api.js';

// What a terminal or a line editor would obey, or nobody would see: control characters (a tab
// completes), format characters (some reverse the text), and separators; a line break is none.
const UNPRINTABLE = /(?!\n)[\p{C}\p{Zl}\p{Zp}]/u;
// Linux takes no longer argument than 128 KiB; what a shell itself prints may be of any length.
const MAX_ARGUMENT = 100_000;

// A word that is `text`, whatever is in it.
function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// A command that prints `text`, NUL included, and is itself made of what can be seen.
function printf(text) {
  const octal = (byte) => `\\${byte.toString(8).padStart(3, '0')}`;
  const written = (found) => [...new TextEncoder().encode(found)].map(octal).join('');
  const special = new RegExp(`^-|[\\\\'%]|${UNPRINTABLE.source}`, 'gu');
  return `printf '${text.replaceAll(special, (found) => (found === '%' ? '%%' : written(found)))}'`;
}

// A header never has a line break, so the shell takes nothing off the end of what is printed.
function word(text) {
  return UNPRINTABLE.test(text) ? `"$(${printf(text)})"` : quoted(text);
}

// The variable for a masked value. The name is a stranger's: with a beginning of its own it is never
// one that the shell has already, such as AWS_SECRET_ACCESS_KEY.
export const variable = (name) => `HEADER_${name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;

function headerWord({ name, value }) {
  if (value === MASK) return `${quoted(`${name}: `)}"\${${variable(name)}:?}"`;
  return word(value === '' ? `${name};` : `${name}: ${value}`);
}

// Masked values are left to variables, so that the command can be shown to others.
export function curl({ request: { method, url, headers, body } }) {
  const printed = body.length > MAX_ARGUMENT || UNPRINTABLE.test(body);
  // Told `-X HEAD`, it would wait for a body.
  const headOnly = method === 'HEAD' && body === '';
  const parts = [`curl -i -g ${headOnly ? '-I' : `-X ${quoted(method)}`} ${word(url)}`];
  const sent = headers.filter(({ name }) => !['host', 'content-length'].includes(name));
  parts.push(...sent.map((header) => `-H ${headerWord(header)}`));
  if (body !== '') {
    // Or curl would say that it is a form.
    if (!sent.some(({ name }) => name === 'content-type')) parts.push("-H 'content-type:'");
    parts.push(printed ? '--data-binary @-' : `--data-raw ${quoted(body)}`);
  }
  const command = parts.join(' \\\n  ');
  return printed ? `${printf(body)} |\n${command}` : command;
}
