// The runs as one SVG: a column for each scenario, a row for each policy; bars are connections that arrived per 100 ms, of
// which the door let the dark part in, the line is how many clients are connected. Scales are the same down a column.
const PANEL = { width: 520, height: 150, left: 46, right: 44, top: 46, bottom: 26, gap: 26 };
const HEAD = 84;
const STYLE = `
  svg { font: 12px system-ui, sans-serif; background: #fff; --ink: #1c2733; --faint: #5b6875; --grid: #dde3e9; --turned: #f0a35e; --in: #2f6fde; --up: #17803d }
  @media (prefers-color-scheme: dark) { svg { background: #11161c; --ink: #e6ebf0; --faint: #9aa7b4; --grid: #2a333d; --turned: #b9722f; --in: #6ea2ff; --up: #5fce87 } }
  text { fill: var(--ink) } .faint { fill: var(--faint) } .head { font-size: 16px; font-weight: 600 } .row { font-weight: 600 }
  .grid { stroke: var(--grid) } .in { fill: var(--in) } .turned { fill: var(--turned) } .up { fill: none; stroke: var(--up); stroke-width: 2 }`;

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const text = (x, y, words, { kind = '', anchor = 'start' } = {}) => `<text x="${x}" y="${y}" class="${kind}" text-anchor="${anchor}">${escape(words)}</text>`;
const round = (value) => Math.round(value * 10) / 10;
const seconds = (ms) => (ms === null ? 'never' : `${(ms / 1000).toFixed(1)} s`);

/** The end of an axis: the next of 1, 2, 5, 10, 20, ... */
export function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= value);
}

function panel({ run, x, y, top, stepMs }) {
  const { arrivals, admitted, connected } = run.series;
  const [w, h] = [PANEL.width - PANEL.left - PANEL.right, PANEL.height];
  const [x0, y0] = [x + PANEL.left, y + PANEL.top];
  const across = (i) => round(x0 + (i / arrivals.length) * w);
  const bar = (count, i, kind) => (count ? `<rect class="${kind}" x="${across(i)}" y="${round(y0 + h - (count / top) * h)}" width="${round(w / arrivals.length)}" height="${round((count / top) * h)}"/>` : '');
  const up = connected.map((count, i) => `${across(i + 1)},${round(y0 + h - (count / run.clients) * h)}`).join(' ');
  const { figures } = run;
  const told = `peak ${figures.peakPer100Ms} in 100 ms, ${figures.peakPerSecond} in 1 s; half back after ${seconds(figures.t50Ms)}, 99 % ${seconds(figures.t99Ms)}`;
  const marks = Array.from({ length: Math.floor((arrivals.length * stepMs) / 5000) + 1 }, (_, i) => i * 5);
  return [
    text(x0, y0 - 22, run.title, { kind: 'row' }),
    text(x0, y0 - 7, told, { kind: 'faint' }),
    ...[0, 0.5, 1].map((share) => `<line class="grid" x1="${x0}" x2="${x0 + w}" y1="${y0 + h * (1 - share)}" y2="${y0 + h * (1 - share)}"/>`),
    ...[0, 1].map((share) => text(x0 - 6, y0 + h * (1 - share) + 4, top * share, { kind: 'faint', anchor: 'end' })),
    ...[0, 1].map((share) => text(x0 + w + 6, y0 + h * (1 - share) + 4, run.clients * share, { kind: 'faint' })),
    ...marks.map((s) => text(across((s * 1000) / stepMs), y0 + h + 16, `${s} s`, { kind: 'faint', anchor: 'middle' })),
    ...arrivals.map((count, i) => bar(count, i, 'turned')),
    ...admitted.map((count, i) => bar(count, i, 'in')),
    `<polyline class="up" points="${x0},${y0} ${up}"/>`,
  ].join('');
}

export function picture({ clients, scenarios, stepMs }) {
  const rows = Math.max(...scenarios.map(({ runs }) => runs.length));
  const tall = PANEL.top + PANEL.height + PANEL.bottom;
  const [width, height] = [Math.max(700, scenarios.length * (PANEL.width + PANEL.gap)), HEAD + rows * tall + 10];
  const columns = scenarios.map(({ title, runs }, column) => {
    const x = column * (PANEL.width + PANEL.gap);
    const top = niceTop(Math.max(...runs.flatMap(({ series }) => series.arrivals)));
    return [text(x + PANEL.left, 72, title, { kind: 'row' }), ...runs.map((run, row) => panel({ run, x, y: HEAD + row * tall, top, stepMs }))].join('');
  });
  const subject = `${clients} clients in one room on livekit-server`;
  const legend = `Bars, left: connections that arrive per ${stepMs} ms (orange: turned away). Line, right: clients connected.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img"><style>${STYLE}</style><title>${escape(subject)}</title>${text(PANEL.left, 24, subject, { kind: 'head' })}${text(PANEL.left, 44, legend, { kind: 'faint' })}${columns.join('')}</svg>\n`;
}
