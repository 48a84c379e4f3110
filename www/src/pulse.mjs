// The line of about the last minute's round trips, a value a second and one at each change of state, with a gap where
// there was no connection.

const SECONDS = 60;
const WIDTH = 300;
const HEIGHT = 44;
const SVG = 'http://www.w3.org/2000/svg';

export function pulse() {
  const element = document.createElementNS(SVG, 'svg');
  element.setAttribute('class', 'pulse');
  element.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  element.setAttribute('preserveAspectRatio', 'none');
  element.setAttribute('aria-hidden', 'true');
  const [outage, path] = ['outage', 'trace'].map((name) => {
    const line = document.createElementNS(SVG, 'path');
    line.setAttribute('class', name);
    element.append(line);
    return line;
  });
  const values = [];

  /** A number is a round trip in ms; null, connected but not measured yet; undefined, not connected. */
  function push(value) {
    values.push(value);
    if (values.length > SECONDS) values.shift();
    draw();
  }

  function draw() {
    const highest = Math.max(20, ...values.filter((value) => value > 0)) * 1.25;
    const step = WIDTH / (SECONDS - 1);
    const x = (at) => (WIDTH - (values.length - 1 - at) * step).toFixed(1);
    let trace = '';
    let gone = '';
    values.forEach((value, at) => {
      if (value > 0) {
        const y = (HEIGHT - 2 - (value / highest) * (HEIGHT - 4)).toFixed(1);
        trace += `${values[at - 1] > 0 ? 'L' : 'M'}${x(at)} ${y}`;
      } else if (value === undefined) gone += `M${x(at)} 0V${HEIGHT}`;
    });
    path.setAttribute('d', trace);
    outage.setAttribute('d', gone);
    outage.setAttribute('stroke-width', step.toFixed(1));
  }
  return { element, push };
}
