import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACTORS, type Actor } from './contract-shop.ts';

export interface TableRow {
  /** `order POST /orders` */
  readonly route: string;
  readonly expected: Readonly<Record<Actor, number>>;
}

/** `route-access.txt`, line by line: service, method, path, the status for each actor. Its order is that of the requests. */
export const ROUTE_TABLE: readonly TableRow[] = readFileSync(join(import.meta.dir, 'route-access.txt'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [service, method, path, ...statuses] = line.trim().split(/\s+/);
    const expected = Object.fromEntries(ACTORS.map((actor, i) => [actor, Number(statuses[i])]));
    return { route: `${service} ${method} ${path}`, expected: expected as TableRow['expected'] };
  });
