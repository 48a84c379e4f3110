// Where the tiles of a stage go: as large as they can be, the last row centred; screens large, people beside or under
// them. Numbers in, numbers out; it knows no element.

const GAP = 12;
const WIDEST = 16 / 9;
// Taller than that crops a face more than it shows.
const TALLEST = 1.1;

/** Rectangles `{ x, y, width, height }` in pixels: those of the screens, then those of the people. */
export function arrange({ screens, people, width, height }) {
  if (!screens || !people) return grid(screens + people, { x: 0, y: 0, width, height });
  if (width > height * 1.3) {
    const side = clamp(140, width * 0.24, 240);
    const main = { x: 0, y: 0, width: width - side - GAP, height };
    return [...grid(screens, main), ...grid(people, { x: main.width + GAP, y: 0, width: side, height })];
  }
  const strip = clamp(72, height * 0.24, 150);
  const main = { x: 0, y: 0, width, height: height - strip - GAP };
  return [...grid(screens, main), ...grid(people, { x: 0, y: main.height + GAP, width, height: strip })];
}

function grid(count, box) {
  let best = { area: 0, columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const across = (box.width - GAP * (columns - 1)) / columns;
    const down = (box.height - GAP * (rows - 1)) / rows;
    const width = Math.floor(Math.max(0, Math.min(across, down * WIDEST)));
    const height = Math.floor(Math.max(0, Math.min(down, width * TALLEST)));
    if (width * height > best.area) best = { area: width * height, columns, width, height };
  }
  const { columns, width, height } = best;
  const rows = Math.ceil(count / columns);
  const top = box.y + (box.height - rows * height - (rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, at) => {
    const row = Math.floor(at / columns);
    const inRow = row < rows - 1 ? columns : count - columns * (rows - 1);
    const left = box.x + (box.width - inRow * width - (inRow - 1) * GAP) / 2;
    return { x: Math.round(left + (at % columns) * (width + GAP)), y: Math.round(top + row * (height + GAP)), width, height };
  });
}

const clamp = (least, value, most) => Math.min(most, Math.max(least, value));
