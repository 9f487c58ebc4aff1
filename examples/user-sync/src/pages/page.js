// Shows what the JSON endpoints say and keeps it current. Everything out of an event becomes a text
// node, never markup.
'use strict';

const LABELS = {
  users: 'Users', events: 'Events', deadLetters: 'Dead letters', refreshBacklog: 'Profiles to fetch',
  deliveries: 'Deliveries', duplicates: 'Duplicates', recovered: 'Recovered by gap repair',
  refused: 'Refused', failedCommits: 'Failed commits', queueLength: 'Waiting to be written',
};

const element = (name, text) => {
  const made = document.createElement(name);
  made.textContent = text ?? '–';
  return made;
};

const time = (value) => (value ? new Date(value).toLocaleString() : null);

function fill(id, rows) {
  const table = document.getElementById(id);
  const labels = [...table.querySelectorAll('th')].map((header) => header.textContent);
  table.tBodies[0].replaceChildren(...rows.map((cells) => {
    const row = document.createElement('tr');
    cells.forEach((cell, column) => {
      const data = cell instanceof Node ? document.createElement('td') : element('td', cell);
      if (cell instanceof Node) data.append(cell);
      data.dataset.label = labels[column];
      row.append(data);
    });
    return row;
  }));
}

function retryButton(letter) {
  const button = element('button', 'Put through again');
  button.addEventListener('click', async () => {
    button.disabled = true;
    const answer = await fetch(`dead-letters/${letter.id}/retry`, { method: 'POST' });
    if (!answer.ok) button.textContent = (await answer.text()).trim();
  });
  return button;
}

const get = async (path) => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error((await answer.text()).trim());
  return answer.json();
};

let shown = '';

async function refresh() {
  const health = document.getElementById('health');
  try {
    const status = await get('status');
    const since = status.secondsSinceLastEvent;
    health.textContent = since === null ? 'Well. No event since the start.' : `Well. Last event ${since} s ago.`;
    health.className = '';
    if (status.unrecoverable) {
      const { from, until } = status.unrecoverable;
      health.textContent += ` What hooks lost from ${time(from)} to ${time(until)} cannot be recovered.`;
    }
    document.getElementById('status').replaceChildren(...Object.entries(LABELS).map(([key, label]) => {
      const pair = document.createElement('div');
      pair.append(element('dt', label), element('dd', status[key]));
      return pair;
    }));
    const [users, events, letters] =
      await Promise.all([get('getUsers?limit=200'), get('events?limit=20'), get('dead-letters?limit=50')]);
    // Nothing is drawn anew while nothing has changed: a selection stays, a button keeps its focus.
    const latest = JSON.stringify([users, events, letters]);
    if (latest === shown) return;
    shown = latest;
    fill('users', users.map((user) => [
      user.displayName ?? [user.firstName, user.lastName].filter(Boolean).join(' '),
      user.login, user.status, user.lastEvent, time(user.updatedAt)]));
    fill('events', events.map((event) => [time(event.published), event.eventType, event.effect, event.origin]));
    fill('letters', letters.map((letter) => [
      time(letter.receivedAt), letter.path || 'the whole body', letter.reason, letter.bytes, retryButton(letter)]));
    document.getElementById('letters').hidden = letters.length === 0;
    document.getElementById('no-letters').hidden = letters.length !== 0;
  } catch (error) {
    health.textContent = `Not reachable: ${error.message}`;
    health.className = 'down';
  }
}

(async () => {
  for (;;) {
    if (!document.hidden) await refresh();
    await new Promise((done) => setTimeout(done, 1000));
  }
})();
