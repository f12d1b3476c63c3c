import { type Static, Type } from '@sinclair/typebox';
import { Uuid } from '../ids.ts';
import { impersonal, personal } from '../personal.ts';
import { OrderStatus } from '../saga.ts';
import { closed, nullable, oneOf } from '../schema.ts';
import { UtcTime } from '../time.ts';
import { SERVICES } from '../services.ts';

/** `name`: the topic or the decision. `causationId` is null when an HTTP command or a deadline caused it. */
export const TimelineEntry = closed({
  seq: Type.Integer({ minimum: 1 }),
  at: UtcTime,
  service: oneOf(...SERVICES),
  kind: oneOf('event', 'decision', 'note'),
  name: impersonal(Type.String({ minLength: 1 })),
  from: nullable(OrderStatus),
  to: nullable(OrderStatus),
  reason: nullable(personal(Type.String())),
  eventId: nullable(Uuid),
  causationId: nullable(Uuid),
});
export type TimelineEntry = Static<typeof TimelineEntry>;

/** `seq` 1..n without gap, not paged. */
export const Timeline = closed({ items: Type.Array(TimelineEntry) });
export type Timeline = Static<typeof Timeline>;
