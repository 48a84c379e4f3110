// The figures of a scenario as lines for a terminal.
const seconds = (ms) => (ms === null ? 'never' : (ms / 1000).toFixed(1));

const COLUMNS = [
  ['policy', ({ title }) => title],
  ['peak / 100 ms', ({ figures }) => figures.peakPer100Ms],
  ['peak / s', ({ figures }) => figures.peakPerSecond],
  ['arrivals', ({ figures }) => figures.arrivals],
  ['least connected', ({ figures }) => figures.leastConnected],
  ['T50', ({ figures }) => seconds(figures.t50Ms)],
  ['T99', ({ figures }) => seconds(figures.t99Ms)],
  ['attempts (most)', ({ figures }) => `${figures.attemptsMean.toFixed(2)} (${figures.attemptsMost})`],
  ['others lost', ({ figures }) => figures.othersLost],
  ['lost again', ({ figures }) => figures.lostAgain],
  ['gave up', ({ figures }) => figures.gaveUp],
  ['at the end', ({ figures, clients }) => `${figures.connectedAtEnd} of ${clients}`],
  ['pauses ms*', ({ measuring }) => `${Math.round(measuring.longestPauseOfClientsMs)}, ${Math.round(measuring.longestPauseOfProxyMs)}`],
];

export function table({ runs }) {
  const lines = [COLUMNS.map(([title]) => title), ...runs.map((run) => COLUMNS.map(([, cell]) => String(cell(run))))];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) => line.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join('  '));
  return `${text.join('\n')}\n* the longest time in which a process of clients, and the proxy, did nothing else: long ones blur the figures`;
}
