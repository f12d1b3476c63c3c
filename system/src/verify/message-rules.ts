import type { Rule } from './rule.ts';

/** Promises about events, histories and messages. */
export const MESSAGE_RULES: readonly Rule[] = [
  {
    promise: 'every history has all its versions, 1..n without a gap',
    violations: [
      `with counted as (
         select service, stream, version, row_number() over (partition by service, stream order by version) as place from events
       ),
       broken as (select distinct service, stream from counted where version <> place)
       select format('%s %s: versions %s', service, stream, group_concat(version, ', ' order by version))
       from broken join events using (service, stream) group by service, stream`,
    ],
  },
  {
    promise: 'the version of an order is the number of entries in its history',
    violations: [
      `with counted as (
         select o.*, (select count(*) from events e where e.service = 'order' and e.stream = o.id) as entries from orders o
       )
       select format('order %s has version %d, its history has %d entries', id, version, entries) from counted
       where version <> entries`,
    ],
  },
  {
    promise: 'every event that was committed is in the log',
    violations: [
      `select format('%s: %d events are not marked as sent', service, unsent) from backlogs where unsent > 0`,

      `select format('%s: %s %s is not in the log', service, type, id) from events
       where published and id not in (select id from logged) and id not in (select id from setAside)`,
    ],
  },
  {
    promise: 'no message is unhandled, parked or a dead letter',
    violations: [
      `select format('%d messages are not handled', messages) from unhandled where messages > 0`,
      `select format('%s: %d messages are parked', service, parked) from backlogs where parked > 0`,
      `select format('%s has a dead letter: %s', service, cause) from deadLetters`,
    ],
  },
];
