// A service app that requires DPoP, with Okta's Node SDK, against the org of OKTA_URL.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { Client } = createRequire(`${process.env.SDK_HOME}/`)('@okta/okta-sdk-nodejs');
const client = new Client({
  orgUrl: process.env.OKTA_URL,
  authorizationMode: 'PrivateKey',
  clientId: process.env.OKTA_CLIENT,
  scopes: ['okta.users.read'],
  privateKey: readFileSync(process.env.OKTA_PRIVATE_KEY, 'utf8'),
});
const users = [];
await (await client.userApi.listUsers()).each((user) => users.push(user));
const missing = await client.userApi.getUser({ userId: '00unobody' }).catch((error) => error.errorCode);
const held = users.length === 0 && missing === 'E0000007' && client.oauth.isDPoP;
console.log(held ? '3 held, 0 failed' : `FAILED ${users.length} ${missing}`);
process.exit(held ? 0 : 1);
