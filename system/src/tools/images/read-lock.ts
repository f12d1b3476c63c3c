/** One package of `bun.lock`. */
export interface LockedPackage {
  readonly name: string;
  /** `1.2.3`, or the source if that is no registry: `workspace:chassis`, `github:…`, a URL. */
  readonly version: string;
  /** `sha512-…` as registries state it; undefined if there is none. */
  readonly integrity: string | undefined;
}

/** Throws if the text is not a lockfile of the version that this Bun writes. */
export function readLock(text: string): readonly LockedPackage[] {
  const { lockfileVersion, packages } = Bun.JSONC.parse(text) as { lockfileVersion: number; packages: Readonly<Record<string, readonly unknown[]>> };
  if (lockfileVersion !== 2) throw new Error(`bun.lock has version ${lockfileVersion}: check that packages are still written the same way`);
  return Object.values(packages).map((entry) => {
    const [id = ''] = entry as readonly string[];
    const at = id.indexOf('@', 1);
    const last = entry.at(-1);
    return { name: id.slice(0, at), version: id.slice(at + 1), integrity: entry.length > 1 && typeof last === 'string' && last !== '' ? last : undefined };
  });
}
