// MySQL's driver depends on it; nothing of ours does.
// @ts-expect-error -- only the bundler finds it
import { decode, encode } from 'iconv-lite';

/** Prints what becomes of each text that is written and read in an encoding; null where that is not to be had. */
function writtenAndRead([encoding, text]: readonly [string, string]): string | null {
  try {
    return (decode as (bytes: unknown, encoding: string) => string)((encode as (text: string, encoding: string) => unknown)(text, encoding), encoding);
  } catch {
    return null;
  }
}

process.stdout.write(JSON.stringify((JSON.parse(process.argv[2] ?? '[]') as [string, string][]).map(writtenAndRead)));
