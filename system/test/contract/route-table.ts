import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { ACTORS, type Actor } from './contract-shop.ts';

export interface TableRow {
  /** `order POST /orders` */
  readonly route: string;
  readonly expected: Readonly<Record<Actor, number>>;
}

/**
 * The answers of every route to each kind of caller, from `test/route-access.txt` of each service. A line has method, path and the status that the route answers
 * to each actor when everything else about the request is right. Actors: nobody; the customer's token, expired; the customer, whose
 * things they are; another customer; staff; an admin. 428 on a change means let in: the request comes without If-Match on
 * purpose, then with a stale one (412) and with `*` (200).
 * The lines are the requests, in their order. Those below `last:` take something away: they come after those of all services, and
 * User's, which take the account, at the very end. Of two that delete one thing the second finds nothing.
 */
export const ROUTE_TABLE: readonly TableRow[] = ['first', 'last'].flatMap((part) =>
  [...SERVICES.filter((service) => service !== 'user'), 'user' as const].flatMap((service) => rowsOf(service, part === 'last')),
);

function rowsOf(service: ServiceName, isLast: boolean): readonly TableRow[] {
  const text = readFileSync(join(import.meta.dir, '../../..', service, 'test/route-access.txt'), 'utf8');
  const [first = '', last = ''] = text.split('\nlast:\n');
  const lines = (isLast ? last : first).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [method, path, ...statuses] = line.trim().split(/\s+/);
    const expected = Object.fromEntries(ACTORS.map((actor, i) => [actor, Number(statuses[i])]));
    return { route: `${service} ${method} ${path}`, expected: expected as TableRow['expected'] };
  });
}
