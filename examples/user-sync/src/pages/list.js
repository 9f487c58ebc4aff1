// A list in pages, searched by the server. Everything out of an event becomes a text node, never
// markup.
'use strict';

const make = (name, text, className = '') => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text ?? '–';
  made.className = className;
  return made;
};

const time = (value) => (value ? new Date(value).toLocaleString() : null);

async function get(path) {
  const answer = await fetch(path, { signal: AbortSignal.timeout(15000) });
  if (!answer.ok) throw new Error((await answer.text()).trim() || `status ${answer.status}`);
  const next = /<([^>]*)>; rel="next"/.exec(answer.headers.get('link') ?? '');
  return { rows: await answer.json(), next: next?.[1].replace(/^\//, '') };
}

class List {
  // `show` makes the cells of a row; `decorate` adds to it, given the row above.
  constructor(section, { path, one, many, none, show, decorate }) {
    Object.assign(this, { path, one, many, none, show, decorate });
    this.section = document.getElementById(section);
    this.table = this.section.querySelector('table');
    this.labels = [...this.table.querySelectorAll('th')].map((header) => header.textContent);
    this.search = this.section.querySelector('input[type=search]');
    this.places = [path];
    this.dirty = true;
    this.search?.addEventListener('input', () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.go([this.first()]), 200);
    });
  }

  first() {
    const find = this.search?.value.trim();
    return find ? `${this.path}&find=${encodeURIComponent(find)}` : this.path;
  }

  // What is on the first page changes with what happens; a later page stays as it was read.
  get isLive() { return this.places.length === 1; }

  async go(places) {
    this.places = places;
    this.dirty = true;
    await this.load().catch((error) => this.say(`Not read: ${error.message}`));
  }

  async load() {
    const place = this.places.at(-1);
    this.dirty = false;
    try {
      const page = await get(place);
      // Somebody typed or turned the page meanwhile.
      if (place === this.places.at(-1)) this.draw(page);
    } catch (error) {
      this.dirty = true;
      throw error;
    }
  }

  draw({ rows, next }) {
    // Nothing is drawn anew while nothing has changed: a selection stays, a button keeps its focus.
    const latest = JSON.stringify([rows, next, this.places]);
    if (latest === this.shown) return;
    this.shown = latest;
    this.table.tBodies[0].replaceChildren(...rows.map((row, index) => {
      const line = make('tr');
      this.show(row).forEach((cell, column) => {
        const data = make('td');
        data.dataset.label = this.labels[column];
        if (cell instanceof Node) data.append(cell);
        else data.append(make('span', cell));
        line.append(data);
      });
      this.decorate?.(line, row, rows[index - 1]);
      return line;
    }));
    this.table.hidden = rows.length === 0;
    this.drawEmpty(rows.length === 0, next);
    this.drawPages(next);
    const more = next || !this.isLive ? ` on page ${this.places.length}` : '';
    this.say(rows.length ? `${rows.length} ${rows.length === 1 ? this.one : this.many}${more}` : '');
  }

  drawEmpty(isEmpty, next) {
    const empty = this.section.querySelector('.empty');
    empty.hidden = !isEmpty;
    const find = this.search?.value.trim();
    if (!isEmpty) return;
    if (!find) return empty.replaceChildren(make('h3', this.none[0]), make('p', this.none[1]));
    const clear = make('button', 'Clear the search');
    clear.addEventListener('click', () => {
      this.search.value = '';
      this.search.focus();
      this.go([this.first()]);
    });
    const where = next ? 'Nothing of the latest has it. Older ones may.' : 'Nothing has it.';
    empty.replaceChildren(make('h3', `“${find}” was not found`), make('p', where), clear);
  }

  drawPages(next) {
    const buttons = this.section.querySelector('.pages');
    const focused = buttons.contains(document.activeElement);
    const button = (text, places) => {
      const made = make('button', text);
      made.addEventListener('click', () => this.go(places));
      return made;
    };
    buttons.replaceChildren(
      ...(this.isLive ? [] : [button('First page', [this.first()]), button('Previous', this.places.slice(0, -1))]),
      ...(next ? [button('Next', [...this.places, next])] : []),
    );
    if (focused) (buttons.lastElementChild ?? this.search)?.focus();
  }

  say(text) {
    const count = this.section.querySelector('[data-count]');
    if (count.textContent !== text) count.textContent = text;
  }
}
