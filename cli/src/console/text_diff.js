// Which lines are not the same in two texts.

// A table has this many cells at most; what is longer is shown as replaced as a whole.
const MAX_CELLS = 1_000_000;

/** `[[sign, line]]`, where the sign is ' ', '-' or '+'. */
export function lineDiff(before, after) {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const same = (lines) => lines.map((line) => [' ', line]);
  const middle = between(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [...same(a.slice(0, start)), ...middle, ...same(end ? a.slice(-end) : [])];
}

function between(a, b) {
  if (a.length * b.length > MAX_CELLS) return [...a.map((line) => ['-', line]), ...b.map((line) => ['+', line])];
  const width = b.length + 1;
  const longest = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      longest[i * width + j] = a[i] === b[j]
        ? longest[(i + 1) * width + j + 1] + 1
        : Math.max(longest[(i + 1) * width + j], longest[i * width + j + 1]);
    }
  }
  const out = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { out.push([' ', a[i]]); i += 1; j += 1; } else if (
      j === b.length || (i < a.length && longest[(i + 1) * width + j] >= longest[i * width + j + 1])
    ) { out.push(['-', a[i]]); i += 1; } else { out.push(['+', b[j]]); j += 1; }
  }
  return out;
}

/** The same with lines left out that are far from any change: those have the sign '…'. */
export function shortened(lines, around = 3) {
  const near = new Set();
  lines.forEach(([sign], at) => {
    if (sign !== ' ') for (let n = at - around; n <= at + around; n += 1) near.add(n);
  });
  const out = [];
  lines.forEach((line, at) => {
    if (near.has(at)) out.push(line);
    else if (out.at(-1)?.[0] !== '…') out.push(['…', '']);
  });
  return out;
}
