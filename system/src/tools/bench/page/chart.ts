/** One line or area of a chart; a value that is null leaves a gap. */
export interface Series {
  readonly name: string;
  readonly values: readonly (readonly [x: number, y: number | null])[];
}

interface Mark {
  readonly x: number;
  readonly text: string;
  /** Line of the text below the top, from 0. */
  readonly row: number;
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly xTitle: string;
  readonly series: readonly Series[];
  /** Draws the series as areas, each on top of the one before. */
  readonly stacked?: boolean;
  /** For the vertical axis. */
  readonly logarithmic?: boolean;
  /** For the horizontal axis. */
  readonly logarithmicX?: boolean;
  /** Vertical lines with a text. */
  readonly marks?: readonly Mark[];
  /** End of the horizontal axis, for charts that belong together. */
  readonly xMost?: number;
}

const SIZE = { width: 820, height: 300, left: 64, right: 36, top: 14, bottom: 44 };
/** Distinct by hue and lightness (Okabe and Ito), and by their line styles without any colour. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#8a6d00', '#56b4e9', '#444444', '#e69f00'];
const DASHES = ['', '7 4', '2 3', '10 3 2 3', '1 5', '12 5', '5 2 1 2 1 2', '3 7'];

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** A chart as one SVG element with its legend beneath it. */
export function chartSvg(chart: Chart): string {
  const layers = chart.stacked === true ? stackedOn(chart.series) : chart.series.map((one) => ({ ...one, floor: undefined }));
  const points = layers.flatMap(({ values }) => values).filter((point): point is readonly [number, number] => point[1] !== null);
  if (points.length === 0) return '';
  const x = horizontal(chart, points.map(([at]) => at));
  const y = vertical(chart, points.map(([, value]) => value));
  const drawn = layers.map((layer, i) => (layer.floor === undefined ? lineOf(layer, i, x, y) : areaOf(layer, layer.floor, i, x, y)));
  return `<figure><figcaption>${escaped(chart.title)}, ${escaped(chart.unit)}</figcaption>
<svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${escaped(chart.title)}">
${chart.stacked === true ? patterns(chart.series.length) : ''}${axes(chart, x, y)}${(chart.marks ?? []).map((mark) => markOf(mark, x)).join('')}${drawn.join('\n')}
</svg>
<ul class="legend">${chart.series.map(({ name }, i) => legendOf(name, i, chart.stacked === true)).join('')}</ul></figure>`;
}

interface Layer extends Series {
  /** The upper edge of the layer below, by x. */
  readonly floor: ReadonlyMap<number, number> | undefined;
}

function stackedOn(series: readonly Series[]): readonly Layer[] {
  let below = new Map<number, number>();
  return series.map(({ name, values }) => {
    const floor = below;
    below = new Map(floor);
    for (const [x, y] of values) below.set(x, (floor.get(x) ?? 0) + (y ?? 0));
    return { name, floor, values: values.map(([x]) => [x, below.get(x) ?? 0] as const) };
  });
}

function horizontal({ logarithmicX = false, xMost = 0 }: Chart, values: readonly number[]): Scale {
  const [least, most] = [leastOf(values), Math.max(xMost, mostOf(values))];
  const [from, to] = [SIZE.left, SIZE.width - SIZE.right];
  if (logarithmicX) return scaleOf(decadesAround(least, most), from, to, Math.log10);
  const ticks = ticksTo(Math.max(most, 1));
  return { ticks: ticks.filter((tick) => tick <= most), at: (value) => from + ((to - from) * value) / Math.max(most, 1) };
}

function vertical({ logarithmic = false }: Chart, values: readonly number[]): Scale {
  const [from, to] = [SIZE.height - SIZE.bottom, SIZE.top];
  if (logarithmic) return scaleOf(decadesAround(leastOf(values.filter((value) => value > 0)), mostOf(values)), from, to, Math.log10);
  return scaleOf(ticksTo(mostOf(values)), from, to, (value) => value);
}

function scaleOf(ticks: readonly number[], from: number, to: number, as: (value: number) => number): Scale {
  const [first, last] = [as(ticks[0] ?? 0), as(ticks.at(-1) ?? 1)];
  const at = (value: number) => from + ((to - from) * (as(Math.max(value, ticks[0] ?? 0)) - first)) / (last - first || 1);
  return { ticks, at };
}

function axes({ xTitle }: Chart, x: Scale, y: Scale): string {
  const base = SIZE.height - SIZE.bottom;
  const rows = y.ticks.map((tick) => {
    const at = round(y.at(tick));
    return `<line class="grid" x1="${SIZE.left}" x2="${SIZE.width - SIZE.right}" y1="${at}" y2="${at}"/><text x="${SIZE.left - 8}" y="${at + 4}" text-anchor="end">${numberText(tick)}</text>`;
  });
  const columns = x.ticks.map((tick) => {
    const at = round(x.at(tick));
    return `<line class="tick" x1="${at}" x2="${at}" y1="${base}" y2="${base + 5}"/><text x="${at}" y="${base + 19}" text-anchor="middle">${numberText(tick)}</text>`;
  });
  const title = `<text x="${(SIZE.left + SIZE.width - SIZE.right) / 2}" y="${SIZE.height - 6}" text-anchor="middle">${escaped(xTitle)}</text>`;
  return `<g class="axes">${rows.join('')}${columns.join('')}${title}</g>`;
}

function lineOf({ values }: Series, i: number, x: Scale, y: Scale): string {
  return `<path class="line" d="${pathOf(values, x, y)}" stroke="${colour(i)}" stroke-dasharray="${dash(i)}"/>${values.length < 30 ? dotsOf(values, i, x, y) : ''}`;
}

function dotsOf(values: Series['values'], i: number, x: Scale, y: Scale): string {
  return values.flatMap(([at, value]) => (value === null ? [] : [`<circle cx="${round(x.at(at))}" cy="${round(y.at(value))}" r="2.5" fill="${colour(i)}"/>`])).join('');
}

function pathOf(values: Series['values'], x: Scale, y: Scale): string {
  let isDrawing = false;
  return values
    .map(([at, value]) => {
      if (value === null) {
        isDrawing = false;
        return '';
      }
      const step = `${isDrawing ? 'L' : 'M'}${round(x.at(at))} ${round(y.at(value))}`;
      isDrawing = true;
      return step;
    })
    .join('');
}

function areaOf({ values }: Series, floor: ReadonlyMap<number, number>, i: number, x: Scale, y: Scale): string {
  const back = values.toReversed().map(([at]) => `L${round(x.at(at))} ${round(y.at(floor.get(at) ?? 0))}`);
  return `<path d="${pathOf(values, x, y)}${back.join('')}Z" fill="url(#p${i})" stroke="${colour(i)}" stroke-width="1"/>`;
}

/** Hatchings that differ without colour. Their ids, and their meanings, are the same on every chart. */
function patterns(count: number): string {
  const one = (_: unknown, i: number) =>
    `<pattern id="p${i}" width="${5 + i}" height="${5 + i}" patternUnits="userSpaceOnUse" patternTransform="rotate(${(i * 45) % 180})"><rect width="20" height="20" fill="${colour(i)}" fill-opacity=".35"/><line x1="0" y1="0" x2="0" y2="20" stroke="${colour(i)}" stroke-width="${1 + (i % 3)}"/></pattern>`;
  return `<defs>${Array.from({ length: count }, one).join('')}</defs>`;
}

function markOf({ x: value, text, row }: Mark, x: Scale): string {
  const at = round(x.at(value));
  return `<line class="mark" x1="${at}" x2="${at}" y1="${SIZE.top}" y2="${SIZE.height - SIZE.bottom}"/><text class="mark" x="${at + 4}" y="${SIZE.top + 10 + 15 * row}">${escaped(text)}</text>`;
}

function legendOf(name: string, i: number, stacked: boolean): string {
  const sample = stacked
    ? `<rect width="26" height="12" fill="url(#p${i})" stroke="${colour(i)}"/>`
    : `<line x1="0" x2="34" y1="6" y2="6" stroke="${colour(i)}" stroke-width="2.5" stroke-dasharray="${dash(i)}"/>`;
  return `<li><svg width="${stacked ? 26 : 34}" height="12" aria-hidden="true">${sample}</svg> ${escaped(name)}</li>`;
}

const colour = (i: number): string => COLOURS[i % COLOURS.length] ?? '#000';
/** Another line style when the colours repeat. */
const dash = (i: number): string => DASHES[(i + 3 * Math.floor(i / COLOURS.length)) % DASHES.length] ?? '';
const round = (value: number): number => Math.round(value * 10) / 10;
const mostOf = (values: readonly number[]): number => values.reduce((most, value) => Math.max(most, value), 0);
const leastOf = (values: readonly number[]): number => values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);

/** Escapes text for HTML and attributes. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Round numbers from 0 to at least `most`, four to seven of them: 1, 2 or 5 times a power of ten apart. */
export function ticksTo(most: number): readonly number[] {
  const rough = Math.max(most, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10) * power;
  const count = Math.max(1, Math.ceil(most / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(6)));
}

/** Powers of ten around these values, for a logarithmic axis. */
export function decadesAround(least: number, most: number): readonly number[] {
  const from = Math.floor(Math.log10(Math.max(least, 1e-3)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(most, 1e-3))));
  return Array.from({ length: to - from + 1 }, (_, i) => 10 ** (from + i));
}

export function numberText(value: number): string {
  return value >= 1000 ? value.toLocaleString('en-US', { maximumFractionDigits: 0 }) : String(Number(value.toPrecision(3)));
}
