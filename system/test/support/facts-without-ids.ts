import type { Snapshot } from './snapshot.ts';

/**
 * A snapshot in which every id is replaced by the order in which ids are met, and what has no order is sorted: two shops
 * with the same history are equal in it.
 */
export function factsWithoutIds({ logged, events, movements, ...facts }: Snapshot): unknown {
  return named({
    ...facts,
    orders: sorted(facts.orders, ({ total, status }) => `${total} ${status}`),
    orderLines: sorted(facts.orderLines, ({ sku, quantity }) => `${sku} ${quantity}`),
    shipments: sorted(facts.shipments, ({ items }) => `${items[0]?.sku} ${items[0]?.quantity}`),
    paymentMethods: facts.paymentMethods.length,
    givenBack: sorted(facts.givenBack, ({ amount }) => `${amount}`),
    levels: sorted(facts.levels, ({ sku }) => sku),
    reservations: sorted(facts.reservations, ({ status, lines }) => `${status} ${lines[0]?.sku} ${lines[0]?.quantity}`),
    payments: sorted(facts.payments, ({ amount, status }) => `${amount} ${status}`),
    charges: sorted(facts.charges, ({ amount, taken }) => `${amount} ${taken}`),
    movements: sorted(movements, ({ sku, number }) => `${sku} ${String(number).padStart(6)}`),
    events: sorted(
      events.map(({ service, type, version, published }) => `${service} ${type} ${version} ${published}`),
      (event) => event,
    ),
    logged: logged.length,
  });
}

function sorted<T>(items: readonly T[], by: (item: T) => string): T[] {
  return items.toSorted((a, b) => by(a).localeCompare(by(b)));
}

const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;

function named(value: unknown): unknown {
  const names = new Map<string, string>();
  const text = JSON.stringify(value).replace(UUID, (id) => {
    const name = names.get(id) ?? `id ${names.size + 1}`;
    names.set(id, name);
    return name;
  });
  return JSON.parse(text);
}
