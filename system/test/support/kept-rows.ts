/** A table, a collection or a topic, and everything that is kept there. */
export interface KeptRows {
  /** `order.orders` */
  readonly place: string;
  readonly text: string;
}

/** Bytes as they are, so that what is written in them is found. */
export function keptRows(place: string, rows: readonly unknown[]): KeptRows {
  const text = JSON.stringify(rows, (_, value) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
    return typeof value === 'bigint' ? String(value) : (value as unknown);
  });
  return { place, text };
}

/** `place: marker` for every marker that is found anywhere, whatever its case. */
export function findings(kept: readonly KeptRows[], markers: readonly string[]): string[] {
  return kept.flatMap(({ place, text }) => {
    const folded = text.toLowerCase();
    return markers.filter((marker) => folded.includes(marker.toLowerCase())).map((marker) => `${place}: ${marker}`);
  });
}
