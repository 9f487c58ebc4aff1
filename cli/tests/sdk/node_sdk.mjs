// What an integrator does with Okta's Node SDK, against the org of OKTA_URL.

import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { checkModels } from './models.mjs';

const { Client, DefaultRequestExecutor } = createRequire(`${process.env.SDK_HOME}/`)('@okta/okta-sdk-nodejs');
const orgUrl = process.env.OKTA_URL;
const token = process.env.OKTA_TOKEN;
const login = (user) => user.profile.login;
const name = (group) => group.profile.name;

let held = 0;
const failed = [];
function check(what, found, expected) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a === b) held += 1;
  else failed.push(`${what}: ${a} instead of ${b}`);
}
async function all(collection) {
  const items = [];
  for await (const item of await collection) items.push(item);
  return items;
}
const code = (promise) => promise.then(() => 'no error', (error) => error.errorCode ?? String(error));
const person = (login, more = {}) => ({
  profile: { login, email: login, firstName: 'Nadia', lastName: 'Osei', ...more },
  credentials: { password: { value: 'Abcd1234x' } },
});

async function users({ userApi: api }) {
  const staged = await api.createUser({ body: person('staged@example.com'), activate: false });
  check('created without activation', staged.status, 'STAGED');
  for (const n of [0, 1, 2, 3]) {
    await api.createUser({ body: person(`user${n}@example.com`, { department: 'Sales' }) });
  }
  const user = await api.getUser({ userId: 'user1@example.com' });
  check('created with activation', user.status, 'ACTIVE');
  check('times are dates', user.created instanceof Date, true);
  check('me', login(await api.getUser({ userId: 'me' })), 'admin@example.com');
  const logins = ['staged', 'user0', 'user1', 'user2', 'user3'].map((name) => `${name}@example.com`);
  check('pages of two', (await all(api.listUsers({ limit: 2 }))).map(login), logins);
  const search = 'profile.department eq "Sales" and profile.login co "user3"';
  check('search', (await all(api.listUsers({ search }))).map(login), ['user3@example.com']);
  const sorted = { search: 'status eq "ACTIVE"', sortBy: 'profile.login', sortOrder: 'desc', limit: 2 };
  check('sorted in pages', (await all(api.listUsers(sorted))).map(login), logins.slice(1).reverse());
  check('filter', (await all(api.listUsers({ filter: 'status eq "STAGED"' }))).map(login), [logins[0]]);
  const changed = await api.updateUser({ userId: user.id, user: { profile: { title: 'Clerk' } } });
  check('updated', [changed.profile.title, changed.profile.department], ['Clerk', 'Sales']);
  const again = await api.replaceUser({ userId: user.id, user: { profile: changed.profile } });
  check('replaced by itself', again.profile.title, 'Clerk');
  const credentials = { oldPassword: { value: 'Abcd1234x' }, newPassword: { value: 'Other9876x' } };
  const kept = await api.changePassword({ userId: user.id, changePasswordRequest: credentials });
  check('password changed', kept.provider.type, 'OKTA');
  check('the old one is wrong now',
    await code(api.changePassword({ userId: user.id, changePasswordRequest: credentials })), 'E0000014');

  const userId = user.id;
  for (const [step, expected] of [
    [() => api.suspendUser({ userId }), 'SUSPENDED'],
    [() => api.unsuspendUser({ userId }), 'ACTIVE'],
    [() => api.expirePassword({ userId }), 'PASSWORD_EXPIRED'],
    [() => api.generateResetPasswordToken({ userId, sendEmail: false }), 'RECOVERY'],
    [() => api.deactivateUser({ userId }), 'DEPROVISIONED'],
    [() => api.activateUser({ userId, sendEmail: false }), 'ACTIVE'],
    [() => api.resetFactors({ userId }), 'ACTIVE'],
    [() => api.revokeUserSessions({ userId }), 'ACTIVE'],
  ]) {
    await step();
    check(`to ${expected}`, (await api.getUser({ userId })).status, expected);
  }
  check('unlock', await code(api.unlockUser({ userId: staged.id })), 'E0000032');
  const activation = await api.activateUser({ userId: staged.id, sendEmail: false });
  check('a token instead of an e-mail', Boolean(activation.activationToken), true);
  return user;
}

async function groups({ groupApi: api, userApi }, user) {
  const made = [];
  for (const name of ['Sales', 'Support', 'Engineering']) {
    made.push(await api.createGroup({ group: { profile: { name } } }));
  }
  check('the class of a group', made[0].objectClass, ['okta:user_group']);
  const expected = ['Everyone', 'Sales', 'Support', 'Engineering'];
  check('groups in pages', (await all(api.listGroups({ limit: 2 }))).map(name), expected);
  check('q', (await all(api.listGroups({ q: 'Sup' }))).map(name), ['Support']);
  const groupId = made[0].id;
  const renamed = await api.replaceGroup({ groupId, group: { profile: { name: 'Sales EU' } } });
  check('replaced', name(renamed), 'Sales EU');
  await api.assignUserToGroup({ groupId, userId: user.id });
  check('members', (await all(api.listGroupUsers({ groupId, limit: 1 }))).map((m) => m.id), [user.id]);
  check('groups of a user', (await all(userApi.listUserGroups({ userId: user.id }))).map(name), ['Everyone', 'Sales EU']);
  await api.unassignUserFromGroup({ groupId, userId: user.id });
  const groupRule = {
    type: 'group_rule', name: 'Sales people',
    conditions: { expression: { value: 'user.department=="Sales"', type: 'urn:okta:expression:1.0' } },
    actions: { assignUserToGroups: { groupIds: [made[1].id] } },
  };
  const rule = await api.createGroupRule({ groupRule });
  check('a new rule', rule.status, 'INACTIVE');
  await api.activateGroupRule({ ruleId: rule.id });
  check('members by rule', (await all(api.listGroupUsers({ groupId: made[1].id }))).length, 4);
  await checkModels(check, `/api/v1/groups/rules/${rule.id}`, await api.getGroupRule({ ruleId: rule.id }));
  await api.deactivateGroupRule({ ruleId: rule.id });
  await api.deleteGroupRule({ ruleId: rule.id });
  await api.deleteGroup({ groupId: made[2].id });
  check('deleted', await code(api.getGroup({ groupId: made[2].id })), 'E0000007');
}

async function hooksAndLog(client) {
  const received = [];
  const server = createServer((request, answer) => {
    const challenge = request.headers['x-okta-verification-challenge'];
    if (challenge) return answer.setHeader('content-type', 'application/json').end(JSON.stringify({ verification: challenge }));
    let body = '';
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      if (request.headers.authorization === 's3cret') {
        received.push(...JSON.parse(body).data.events.map((event) => event.target[0].alternateId));
      }
      answer.writeHead(204).end();
    });
    return undefined;
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  const api = client.eventHookApi;
  const config = { uri: `http://127.0.0.1:${server.address().port}/`, authScheme: { type: 'HEADER', key: 'Authorization', value: 's3cret' } };
  const hook = await api.createEventHook({ eventHook: {
    name: 'Sync', events: { type: 'EVENT_TYPE', items: ['user.lifecycle.create'] },
    channel: { type: 'HTTP', version: '1.0.0', config },
  } });
  check('a new hook', [hook.status, hook.verificationStatus], ['ACTIVE', 'UNVERIFIED']);
  const eventHookId = hook.id;
  check('verified', (await api.verifyEventHook({ eventHookId })).verificationStatus, 'VERIFIED');
  await client.userApi.createUser({ body: person('hooked@example.com') });
  for (let n = 0; n < 200 && received.length === 0; n += 1) await new Promise((later) => { setTimeout(later, 50); });
  check('delivered', received, ['hooked@example.com']);
  check('listed', (await all(api.listEventHooks())).length, 1);
  await checkModels(check, `/api/v1/eventHooks/${hook.id}`, await api.getEventHook({ eventHookId }));
  await api.deactivateEventHook({ eventHookId });
  await api.deleteEventHook({ eventHookId });
  server.close();

  const filter = 'eventType eq "user.lifecycle.create"';
  // The SDK writes a Date as JavaScript does, which Okta does not read: a string it leaves alone.
  const since = new Date(Date.now() - 3600e3).toISOString();
  const until = new Date(Date.now() + 3600e3).toISOString();
  const bounded = await all(client.systemLogApi.listLogEvents({ since, until, filter, limit: 2 }));
  check('the log in bounds ends', bounded.map((event) => event.target[0].alternateId).length, 6);
  const query = new URLSearchParams({ since, until, filter });
  await checkModels(check, `/api/v1/logs?${query}`, bounded);
  check('its times are dates', bounded[0].published instanceof Date, true);
  const polled = await client.systemLogApi.listLogEvents({ limit: 1000 });
  const kinds = new Set();
  for (let n = 0; n < 1000; n += 1) {
    const { value, done } = await polled.next();
    if (done || !value) break;
    kinds.add(value.eventType);
    if (polled.currentItems.length === 0) break;
  }
  for (const kind of ['group.profile.update', 'user.account.update_password', 'user.session.clear']) {
    check(`in the log: ${kind}`, kinds.has(kind), true);
  }
}

async function models(client) {
  const { userApi, groupApi, schemaApi, userTypeApi } = client;
  const [everyone] = await all(groupApi.listGroups({ q: 'Everyone' }));
  for (const [path, read] of [
    ['users', all(userApi.listUsers())],
    ['users/user0@example.com', userApi.getUser({ userId: 'user0@example.com' })],
    ['users/user0@example.com/groups', all(userApi.listUserGroups({ userId: 'user0@example.com' }))],
    ['groups', all(groupApi.listGroups())],
    [`groups/${everyone.id}`, groupApi.getGroup({ groupId: everyone.id })],
    [`groups/${everyone.id}/users`, all(groupApi.listGroupUsers({ groupId: everyone.id }))],
    ['meta/types/user', all(userTypeApi.listUserTypes())],
    ['meta/schemas/user/default', schemaApi.getUserSchema({ schemaId: 'default' })],
    ['meta/schemas/group/default', schemaApi.getGroupSchema()],
  ]) await checkModels(check, `/api/v1/${path}`, await read);
}

async function errors() {
  const wrong = new Client({ orgUrl, token: 'wrong' });
  check('401', await code(all(wrong.userApi.listUsers())), 'E0000011');
  const client = new Client({ orgUrl, token, requestExecutor: new DefaultRequestExecutor({ maxRetries: 2, requestTimeout: 0 }) });
  check('404', await code(client.userApi.getUser({ userId: '00unobody' })), 'E0000007');
  check('validation', await code(client.userApi.createUser({ body: person('user0@example.com') })), 'E0000001');
  client.http.defaultHeaders['X-Emulator-Fault'] = '429;reset=1;times=1;test=node';
  check("429 and the SDK's own retry", (await client.userApi.getUser({ userId: 'user0' })).status, 'ACTIVE');
}

async function serviceApp() {
  const privateKey = readFileSync(process.env.OKTA_PRIVATE_KEY, 'utf8');
  const client = new Client({ orgUrl, authorizationMode: 'PrivateKey', clientId: process.env.OKTA_CLIENT, scopes: ['okta.users.read'], privateKey });
  check('with a private key', (await all(client.userApi.listUsers())).length > 0, true);
  check('without the scope', await code(all(client.groupApi.listGroups())), 'E0000006');
}

const client = new Client({ orgUrl, token });
const user = await users(client);
await groups(client, user);
await hooksAndLog(client);
await models(client);
await errors();
await serviceApp();
for (const line of failed) console.log('FAILED', line);
console.log(`${held} held, ${failed.length} failed`);
process.exit(failed.length ? 1 : 0);
