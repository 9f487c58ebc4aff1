// Okta's APIs, called as any program does, with the token that the org hands out on loopback, and the
// emulator's own endpoints beside them.

export const EVENT_HOOKS = '/api/v1/eventHooks';
export const USERS = '/api/v1/users';
export const MASK = '••••••••';
export const encoded = encodeURIComponent;

let token = '';

export const apiToken = () => token;

export async function signIn() {
  const info = await admin('GET', '/admin/info?reveal=1');
  token = info.apiToken;
  return info;
}

export async function answered(answer) {
  const text = await answer.text();
  let json = null;
  try { json = JSON.parse(text); } catch { /* Some answers have no body. */ }
  if (answer.ok) return json;
  const causes = (json?.errorCauses ?? []).map((cause) => cause.errorSummary);
  const error = new Error((causes.length ? causes : [json?.errorSummary ?? `Status ${answer.status}`]).join('\n'));
  error.status = answer.status;
  throw error;
}

export async function request(method, path, body, authorized) {
  // The header spares the console the rate limits and the chaos, which are for clients.
  const headers = authorized ? { authorization: `SSWS ${token}`, 'x-emulator-console': '1' } : {};
  if (body !== undefined && typeof body !== 'string') {
    headers['content-type'] = 'application/json';
    body = JSON.stringify(body);
  }
  try {
    return await fetch(path, { method, headers, body });
  } catch {
    throw new Error('The org cannot be reached: is the emulator still running?');
  }
}

export const okta = async (method, path, body) => answered(await request(method, path, body, true));
export const admin = async (method, path, body) => answered(await request(method, path, body, false));

const asked = {};

/** Answers may come in another order than they were asked for: tells whether this is still the last. */
export function asking(what) {
  asked[what] = (asked[what] ?? 0) + 1;
  const mine = asked[what];
  return () => mine === asked[what];
}

export function headerLines(text) {
  return text.split('\n').filter((line) => line.trim() !== '').map((line) => {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`A header is a name, a colon and a value: ${line}`);
    return { name: line.slice(0, colon).trim(), value: line.slice(colon + 1).trim() };
  });
}
