// Asks once a second whether anything has changed, which costs next to nothing, and reads only the
// list that is shown, when it did.
'use strict';

const FACTS = {
  users: 'People', events: 'Events', deliveries: 'Deliveries', duplicates: 'Duplicates',
  recovered: 'Recovered', deadLetters: 'Dead letters', refreshBacklog: 'Profiles to fetch',
  queueLength: 'Waiting', refused: 'Refused', failedCommits: 'Failed commits',
};
// Of these people want to know only when there are any.
const RARE = ['refreshBacklog', 'queueLength', 'refused', 'failedCommits'];
const WARN = ['deadLetters', 'recovered', 'failedCommits'];
const MEANINGS = {
  recovered: 'Events that the hook should have brought by then, and only the System Log had',
  duplicates: 'Events that came again, and were ignored',
  queueLength: 'Changes that wait to be written',
  deliveries: 'Deliveries accepted since the start', refused: 'Requests refused since the start',
};
const GOOD = ['ACTIVE'];
const BAD = ['SUSPENDED', 'LOCKED_OUT', 'DEPROVISIONED', 'DELETING', 'DELETED'];

const badge = (text, tone) => make('span', text, `badge ${tone}`);
const tone = (status) => (GOOD.includes(status) ? 'good' : BAD.includes(status) ? 'bad' : 'warn');

const nameOf = (user) =>
  user.displayName ?? ([user.firstName, user.lastName].filter(Boolean).join(' ') || user.login || user.id);

function came(row) {
  if (row.isDuplicate) return badge('duplicate, ignored', '');
  const names = { hook: 'hook', 'gap repair': 'System Log', retry: 'put through again' };
  const name = names[row.origin] ?? row.origin;
  return row.origin === 'hook' ? name : badge(name, 'warn');
}

const lists = {
  people: new List('people', {
    path: 'getUsers?limit=50', one: 'person', many: 'people',
    none: ['Nobody yet', 'Add a person in Okta: they are here a moment later.'],
    show: (user) => [
      nameOf(user), user.login, user.status ? badge(user.status, tone(user.status)) : null, user.lastEvent,
      time(user.updatedAt)],
    decorate: (line, user) => { line.title = user.id ?? 'no id was seen with this login'; },
  }),
  activity: new List('activity', {
    path: 'activity?limit=50', one: 'event', many: 'events',
    none: ['Nothing came yet', 'Each event is here as it comes, with what it did.'],
    show: (row) => [time(row.receivedAt), row.summary, row.eventType, came(row)],
    decorate: (line, row, above) => {
      line.cells[1].classList.add('what');
      line.title = row.deliveryId ? `delivery ${row.deliveryId}, event ${row.uuid}` : `event ${row.uuid}`;
      // Those of one delivery have its time once.
      const isSame = row.deliveryId && row.deliveryId === above?.deliveryId && row.receivedAt - above.receivedAt < 1000;
      line.classList.toggle('again', Boolean(isSame && row.isDuplicate === above.isDuplicate));
    },
  }),
  'dead-letters': new List('dead-letters', {
    path: 'dead-letters?limit=50', one: 'dead letter', many: 'dead letters',
    none: ['No dead letters', 'What is not an event, or not a delivery, is kept here.'],
    show: (letter) => [
      time(letter.receivedAt), letter.path || 'the whole body', letter.reason, letter.bytes, retryButton(letter)],
  }),
};
for (const list of Object.values(lists)) {
  const { decorate } = list;
  list.decorate = (line, row, above) => {
    line.cells[0].classList.add(list.path.startsWith('getUsers') ? 'what' : 'when');
    decorate?.(line, row, above);
  };
}

function retryButton(letter) {
  const button = make('button', 'Put through again');
  button.setAttribute('aria-label', `Put through again: ${letter.path || 'the whole body'}, ${letter.reason}`);
  button.addEventListener('click', async () => {
    const message = document.getElementById('letters-message');
    button.setAttribute('aria-busy', 'true');
    try {
      const answer = await fetch(`dead-letters/${letter.id}/retry`, { method: 'POST' });
      message.className = `message ${answer.ok ? 'good' : 'bad'}`;
      message.textContent = answer.ok ? 'Put through: what it did is in Activity.' : (await answer.text()).trim();
      await lists['dead-letters'].go(lists['dead-letters'].places);
      if (answer.ok) message.focus();
    } catch {
      message.className = 'message bad';
      message.textContent = 'The sync did not answer. Try again.';
    }
    button.removeAttribute('aria-busy');
  });
  return button;
}

const chosen = () => (location.hash.slice(1) in lists ? location.hash.slice(1) : 'people');

function choose() {
  for (const link of document.querySelectorAll('.tabs a')) {
    const isChosen = link.hash === `#${chosen()}`;
    link.toggleAttribute('aria-current', isChosen);
    if (isChosen) link.setAttribute('aria-current', 'page');
  }
  for (const [name, list] of Object.entries(lists)) list.section.hidden = name !== chosen();
  const list = lists[chosen()];
  if (list.dirty && list.isLive) list.go(list.places);
}

function showStatus(status) {
  const shown = Object.entries(FACTS).filter(([key]) => status[key] > 0 || !RARE.includes(key));
  const facts = shown.map(([key, label]) => {
    const pair = make('div');
    pair.append(make('dt', label), make('dd', status[key].toLocaleString()));
    pair.classList.toggle('warn', WARN.includes(key) && status[key] > 0);
    if (MEANINGS[key]) pair.title = MEANINGS[key];
    return pair;
  });
  document.getElementById('status').replaceChildren(...facts);
  const notice = document.getElementById('notice');
  const { from, until } = status.unrecoverable ?? {};
  say(notice, from ? `What hooks lost from ${time(from)} to ${time(until)} cannot be recovered.` : '');
}

const say = (element, text) => { if (element.textContent !== text) element.textContent = text; };

function ago(seconds) {
  if (seconds < 60) return 'less than a minute ago';
  const units = [[86400, 'day'], [3600, 'hour'], [60, 'minute']];
  const [size, name] = units.find(([unit]) => seconds >= unit);
  const count = Math.floor(seconds / size);
  return `${count} ${name}${count === 1 ? '' : 's'} ago`;
}

function health(text, tone) {
  const shown = document.getElementById('health');
  shown.className = `badge ${tone}`;
  say(shown, text);
}

function showHealth(status) {
  if (status.isFailing) return health('Nothing can be written: Okta gets 503. The log says why.', 'bad');
  const away = status.replicas.filter(({ isAway }) => isAway).map(({ name }) => name);
  if (away.length) return health(`No sign of life from ${away.join(', ')}.`, 'warn');
  // What the System Log had says nothing about the hook.
  const since = status.secondsSinceLastEvent;
  const last = since === null ? 'No event by the hook since the start' : `Last event by the hook ${ago(since)}`;
  health(`Well. ${last}.`, 'good');
}

// What the lists were like when they were last read: the same from every replica.
let seen = {};
let shown = '';

async function refresh() {
  const status = whole((await get('status')).rows);
  const { users, activity, deadLetters } = status.revisions;
  const now = { people: users, activity, 'dead-letters': deadLetters };
  for (const [name, list] of Object.entries(lists)) {
    if (seen[name] !== now[name]) list.dirty = true;
    seen[name] = now[name];
  }
  const { secondsSinceLastEvent, replica, replicas, startedAt, ...facts } = status;
  if (JSON.stringify(facts) !== shown) showStatus(status);
  shown = JSON.stringify(facts);
  showReplicas(status);
  const list = lists[chosen()];
  if (list.dirty && list.isLive) await list.load();
  showHealth(status);
}

addEventListener('hashchange', choose);
choose();
(async () => {
  for (;;) {
    const started = performance.now();
    let took = 0;
    if (!document.hidden) {
      try {
        await refresh();
        took = performance.now() - started;
      } catch (error) {
        const reason = error instanceof TypeError || error.name === 'TimeoutError' ? '' : ` (${error.message})`;
        health(`No answer from the sync${reason}. What is shown may be old; trying again.`, 'bad');
        seen = {};
      }
    }
    // A large database is not read all the time.
    await new Promise((done) => setTimeout(done, Math.max(1000, 10 * took)));
  }
})();
