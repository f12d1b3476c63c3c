/** Something that the machine did as fast as it could. */
export interface RawPart {
  readonly what: string;
  readonly perSecond: number;
}

const FOR_MS = 2000;

/** Repeats work that does `units` at a time, for two seconds. */
export async function rawPart(what: string, units: number, work: () => Promise<void> | void): Promise<RawPart> {
  await work();
  const startAt = performance.now();
  let done = 0;
  while (performance.now() - startAt < FOR_MS) {
    await work();
    done += units;
  }
  return { what, perSecond: Math.round((done * 1000) / (performance.now() - startAt)) };
}
