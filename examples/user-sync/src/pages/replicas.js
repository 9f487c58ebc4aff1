// The processes over one database: each counts for itself, and the page shows the whole, the same
// whichever of them is asked.
'use strict';

const COUNTED = ['deliveries', 'duplicates', 'recovered', 'refused', 'failedCommits'];

const sum = (replicas, key) => replicas.reduce((all, replica) => all + replica[key], 0);

function whole(status) {
  const { replicas } = status;
  if (!replicas.length) return status;
  const counted = Object.fromEntries(COUNTED.map((key) => [key, sum(replicas, key)]));
  const since = replicas.map((replica) => replica.secondsSinceLastEvent).filter((seconds) => seconds !== null);
  return {
    ...status,
    ...counted,
    queueLength: sum(replicas.filter((replica) => !replica.isAway), 'queueLength'),
    secondsSinceLastEvent: since.length ? Math.min(...since) : null,
  };
}

const signOfLife = (replica) =>
  (replica.isAway ? badge(`none; the last ${ago(replica.secondsSinceSignOfLife)}`, 'bad') : badge('now', 'good'));

function showReplicas({ replica, replicas }) {
  const details = document.getElementById('replicas');
  details.hidden = replicas.length === 0;
  const there = replicas.filter((one) => !one.isAway).length;
  say(details.querySelector('[data-count]'), `${there} ${there === 1 ? 'replica' : 'replicas'}`);
  say(details.querySelector('[data-answered]'), `${replica} answered last`);
  const labels = [...details.querySelectorAll('th')].map((header) => header.textContent);
  const rows = replicas.map((one) => [
    one.name, signOfLife(one), time(one.startedAt || null), ...COUNTED.map((key) => one[key].toLocaleString())]);
  const body = details.querySelector('tbody');
  const lines = rows.map((cells) => {
    const line = make('tr');
    cells.forEach((cell, column) => {
      const data = make('td');
      data.dataset.label = labels[column];
      data.append(cell instanceof Node ? cell : make('span', cell));
      line.append(data);
    });
    return line;
  });
  // A selection stays while nothing has changed.
  if (lines.map((line) => line.outerHTML).join('') !== body.innerHTML) body.replaceChildren(...lines);
}
