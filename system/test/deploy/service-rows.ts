import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface ServiceRow {
  readonly service: string;
  readonly engine: string;
  readonly database: string;
}

/** Rows of `deploy/services.txt`, in its order: that of an upgrade. */
export async function serviceRows(): Promise<readonly ServiceRow[]> {
  const text = await readFile(join(import.meta.dir, '../../../deploy/services.txt'), 'utf8');
  const rows = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return rows.map((row) => {
    const [service = '', engine = '', database = ''] = row.split(/ +/);
    return { service, engine, database };
  });
}
