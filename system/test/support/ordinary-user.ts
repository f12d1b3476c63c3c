const NOBODY = '65534';

/** Whether a command can be run as somebody who may do nothing in particular: always, or as root with `setpriv`. */
export const hasOrdinaryUser = process.getuid?.() !== 0 || Bun.which('setpriv') !== null;

/** The command as an ordinary user runs it; as it is for those who are one. */
export function asOrdinaryUser(command: readonly string[]): string[] {
  if (process.getuid?.() !== 0) return [...command];
  return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command];
}
