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
