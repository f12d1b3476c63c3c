import type { EventEnvelope } from '@souk/contracts/envelope';
import type { ServiceName } from '@souk/contracts/services';
import { topicsReadBy } from '@souk/contracts/topics';
import { type ChassisCollections, withOwn } from '../writer/chassis-collections.ts';
import { ENDED_ACCESS_KEPT_MS, type EndedAccess } from '../writer/ended-access.ts';
import type { DecisionContext, UseCase, World } from '../writer/use-case.ts';
import type { MessageHandler, MessageHandlers } from './message-handlers.ts';

interface Told extends Omit<EndedAccess, 'at'> {
  /** RFC 3339 */
  readonly endedAt: string;
}

/** The handlers of a service, extended to store, in the same transactions, whose access tokens are no longer valid. */
export function followingEndedAccess<C extends ChassisCollections, Task>(
  service: ServiceName,
  handlers: MessageHandlers<C, Task>,
): MessageHandlers<C, Task> {
  if (!topicsReadBy(service).includes('user.access_changed')) return handlers;
  return {
    ...handlers,
    'user.access_changed': storing(handlers['user.access_changed'], accessChanged),
    'user.deleted': storing(handlers['user.deleted'], userDeleted),
  };
}

/** undefined: no token becomes invalid. */
function accessChanged({ data }: EventEnvelope<'user.access_changed'>): Told | undefined {
  const { userId, sessionId, changedAt: endedAt, generation, kept = null } = data;
  if (sessionId !== undefined) return { id: sessionId, generation: null, kept: null, endedAt };
  return generation === undefined ? undefined : { id: userId, generation, kept, endedAt };
}

function userDeleted({ data: { userId, deletedAt } }: EventEnvelope<'user.deleted'>): Told {
  return { id: userId, generation: null, kept: null, endedAt: deletedAt };
}

function storing<C extends ChassisCollections, Event, Task>(
  own: UseCase<C, Event, void, Task> | undefined,
  read: (event: Event) => Told | undefined,
): MessageHandler<C, Event, Task> {
  const told = (event: Event): readonly Told[] => [read(event) ?? []].flat();
  const endings = (event: Event, world: World<C>, { now }: DecisionContext) =>
    told(event).flatMap((each) => ending(world.get('endedAccess', each.id), each, now) ?? []);
  return {
    name: own?.name ?? 'end access',
    keys: (event) => ({ ...own?.keys(event), endedAccess: told(event).map(({ id }) => id) }),
    moreKeys: (event, world) => own?.moreKeys?.(event, world) ?? {},
    decide(event, world, context) {
      const decision = own?.decide(event, world, context) ?? { answer: undefined };
      if (decision.anomaly !== undefined) return decision;
      const endedAccess = endings(event, world, context);
      return endedAccess.length === 0 ? decision : withOwn<C, void, Task>(decision, { puts: { endedAccess } });
    },
    whileWaiting: (event, world, context) => ({ endedAccess: endings(event, world, context) }),
  };
}

/** undefined: all its tokens have expired, or a later end is known. Events of two processes of User may arrive in any order. */
function ending(before: EndedAccess | undefined, { endedAt, ...told }: Told, now: number): EndedAccess | undefined {
  if (Date.parse(endedAt) < now - ENDED_ACCESS_KEPT_MS) return undefined;
  const isKnown = before !== undefined && (before.generation ?? Infinity) >= (told.generation ?? Infinity);
  return isKnown ? undefined : { ...told, at: now };
}
