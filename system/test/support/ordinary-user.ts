const NOBODY = '65534';
const isRoot = process.getuid?.() === 0;

/** The command as somebody runs it who may do nothing in particular; as it is for those who are one. Root needs `setpriv`. */
export function asOrdinaryUser(command: readonly string[]): string[] {
  if (!isRoot) return [...command];
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command];
}

/** Gives a folder and all that is in it to the user of `asOrdinaryUser`. */
export async function ownedByOrdinaryUser(folder: string): Promise<void> {
  if (isRoot) await Bun.spawn(['chown', '-R', `${NOBODY}:${NOBODY}`, folder]).exited;
}
