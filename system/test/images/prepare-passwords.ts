// MongoDB's driver depends on it; nothing of ours does.
// @ts-expect-error -- only the bundler finds it
import { saslprep } from '@mongodb-js/saslprep';

/** Prints what becomes of each password; null where it is refused. */
function prepared(password: string): string | null {
  try {
    return (saslprep as (text: string) => string)(password);
  } catch {
    return null;
  }
}

process.stdout.write(JSON.stringify((JSON.parse(process.argv[2] ?? '[]') as string[]).map(prepared)));
