import type { NewEvent, UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import type { OrderItem } from '@souk/contracts/saga-lines';
import { decideReservation, type Outcome } from '../domain/reservation-saga.ts';
import { lowStock } from '../domain/low-stock.ts';
import type { OrderMessage } from '../domain/reservation-table.ts';
import { canStillMove } from '../domain/reservation.ts';
import { NETWORK_ID, networkOf } from '../domain/warehouse.ts';
import type { InventoryCollections } from '../storage/inventory-store.ts';
import { ledgerRows } from './ledger-rows.ts';
import { lowEvents } from './low-events.ts';

type Changed = Extract<Outcome, { kind: 'changed' }>;

/**
 * The use case that answers one message of an order by the reservation table. All levels of a batch are locked in one sorted
 * statement. Remembered reservations are locked at the commit only, so two processes can deadlock: one of them tries again
 * (docs/adr/0060). `lowThreshold`: stock is low with fewer free pieces than this.
 */
export function answerOrder<M extends OrderMessage>(
  message: M,
  itemsOf: (event: EventEnvelope<M>) => readonly OrderItem[],
): (lowThreshold: number) => UseCase<InventoryCollections, EventEnvelope<M>, void> {
  return (lowThreshold) => ({
    name: message,
    keys: ({ data: { orderId } }) => ({ reservations: [orderId], network: [NETWORK_ID] }),
    moreKeys(event, world) {
      const reservation = world.get('reservations', event.data.orderId);
      if (reservation === undefined) return { levels: itemsOf(event).map(({ sku }) => sku) };
      return canStillMove(reservation) ? { levels: reservation.lines.map(({ sku }) => sku) } : {};
    },
    decide(event, world, context) {
      const { orderId } = event.data;
      const before = world.get('reservations', orderId);
      const network = world.get('network', NETWORK_ID) ?? networkOf([]);
      const levelsOf = (sku: string) => world.get('levels', sku);
      const facts = { orderId, items: itemsOf(event), network, levelsOf, now: context.now };
      const outcome = decideReservation(before, message, facts);
      if (outcome.kind === 'ignored') return { answer: undefined };
      if (outcome.kind === 'anomaly') return { answer: undefined, anomaly: outcome.because };
      const cause = { reference: orderId, eventId: event.id, actor: null };
      const movements = ledgerRows(outcome.moves, cause, context);
      const { levels, lows } = lowStock(levelsOf, outcome.levels, { network, threshold: lowThreshold });
      return {
        answer: undefined,
        puts: { reservations: [outcome.reservation], levels, movements },
        events: [...toldOf(outcome, before?.status ?? 'none'), ...lowEvents(lows)],
      };
    },
  });
}

function toldOf({ reservation, event }: Changed, from: string): readonly NewEvent[] {
  if (event === null) return [];
  const { orderId, version, status } = reservation;
  const place = { key: orderId, stream: `reservation:${orderId}`, version, context: { from, to: status } };
  return [{ ...event, ...place }];
}
