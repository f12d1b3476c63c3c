import type { DeadLetterGroups, DeadLetterStatus, ParkedKeyStatus, RedriveTrial } from '@souk/contracts/http/ops';
import { type ServiceName, SERVICES } from '@souk/contracts/services';
import { uuid } from './fake-world.ts';

/** Causes that a page must show as text, whatever is in them. */
const HOSTILE = 'The body is not JSON: unexpected token <img src=x onerror=alert(1)> \u202Eevil\u202C "&amp;" in line 1';
const LONG = `The event is larger than the log takes: ${'x'.repeat(400)}`;

type Kind = DeadLetterStatus['kind'];

/** Dead letters and parked keys of all services. `fails`: what a redrive answers for a letter. */
export function fakeLetters(isWell: boolean) {
  const letters = new Map<ServiceName, DeadLetterStatus[]>(SERVICES.map((service) => [service, []]));
  const parked = new Map<ServiceName, ParkedKeyStatus[]>(SERVICES.map((service) => [service, []]));
  let made = 0;

  function add(service: ServiceName, number: number, topic: string, cause: string, kind: Kind = 'unhandled'): void {
    for (let n = 0; n < number; n++) {
      made++;
      const key = uuid(Date.now() - made * 61_000, 600 + made);
      const value = JSON.stringify({ orderId: key, reason: '</pre><script>alert(1)</script>', amount: { amount: 1990 + n, currency: 'EUR' } });
      const headers = { ce_id: uuid(Date.now() - made * 61_000, 7000 + made), ce_type: topic, ce_source: '/souk/order', ce_specversion: '1.0', 'x-"hostile"<b>': '<i>header</i>' };
      letters.get(service)?.push({
        id: uuid(Date.now() - made * 61_000, 500 + made), kind, topic, key, cause: cause.replace('%', String(n)), attempts: 5 + (n % 3), firstFailedAt: ago(400 + made * 61), lastFailedAt: ago(100 + made * 61),
        value, headers, status: 'dead', resolvedAt: null, resolvedBy: null, resolution: null, group: groupOf(kind, topic, cause),
      });
    }
  }

  if (!isWell) {
    add('order', 26, 'payment.completed', HOSTILE);
    add('order', 2, 'inventory.reserved', 'Order % does not know the reservation');
    add('inventory', 60, 'order.created', 'The database did not answer in % ms');
    add('payment', 1, 'payment.completed', LONG, 'unsent');
    const [one, two] = [uuid(Date.now(), 77), uuid(Date.now(), 78)];
    const waits = (key: string, position: number, cause: string) => ({ topic: 'order.ready_for_payment', key, cause, attempts: 3 + position, firstFailedAt: ago(140), lastFailedAt: ago(14), position, nextAttemptAt: ago(-25) });
    parked.set('payment', [
      { key: one, messages: [waits(one, 0, 'The gateway gives no answer: ECONNREFUSED <b>gateway</b>'), waits(one, 1, 'waits behind another message')], more: false },
      { key: two, messages: [waits(two, 0, 'The gateway gives no answer: ECONNREFUSED')], more: true },
    ]);
    parked.set('order', [{ key: 'sku-"<b>odd</b>', messages: [{ ...waits('sku', 0, 'The catalogue copy is being rebuilt'), topic: 'product.updated' }], more: false }]);
  }

  /** Letters whose place in their group ends so go on failing. */
  function outcomeOf({ group, value, kind }: DeadLetterStatus): RedriveTrial {
    const n = (JSON.parse(value) as { amount: { amount: number } }).amount.amount - 1990;
    if (group === groupOf('unhandled', 'inventory.reserved', 'Order % does not know the reservation')) return { outcome: 'fails', cause: 'Order 7 does not know the reservation <b>still</b>' };
    if (group === groupOf('unhandled', 'payment.completed', HOSTILE) && n === 17) return { outcome: 'fails', cause: HOSTILE };
    if (kind === 'unsent') return { outcome: 'sent', cause: null };
    return { outcome: n % 4 === 1 ? 'already_applied' : 'applied', cause: null };
  }

  /** null: it failed again. */
  function redrive(service: ServiceName, id: string, by: string): DeadLetterStatus | null {
    const letter = find(service, id);
    const { outcome } = outcomeOf(letter);
    if (outcome === 'fails') return null;
    return change(service, { ...letter, status: 'redriven', resolvedAt: ago(0), resolvedBy: by, resolution: outcome });
  }

  function change(service: ServiceName, letter: DeadLetterStatus): DeadLetterStatus {
    letters.set(service, (letters.get(service) ?? []).map((each) => (each.id === letter.id ? letter : each)));
    return letter;
  }

  function find(service: ServiceName, id: string): DeadLetterStatus {
    const letter = letters.get(service)?.find((each) => each.id === id);
    if (letter === undefined) throw new Error(`There is no letter ${id}`);
    return letter;
  }

  function groups(service: ServiceName, status: string): DeadLetterGroups {
    const byGroup = Map.groupBy((letters.get(service) ?? []).filter((letter) => letter.status === status), ({ group }) => group);
    const items = [...byGroup].flatMap(([group, of]) => {
      const [one] = of;
      const times = of.map(({ lastFailedAt }) => lastFailedAt).toSorted();
      return one === undefined ? [] : [{ group, kind: one.kind, topic: one.topic, cause: one.cause.replaceAll(/\d+/g, '…').slice(0, 500), count: of.length, oldestAt: times[0] ?? '', newestAt: times.at(-1) ?? '' }];
    });
    return { items: items.toSorted((a, b) => b.count - a.count), more: false };
  }

  return { letters, parked, outcomeOf, redrive, change, find, groups };
}

export type FakeLetters = ReturnType<typeof fakeLetters>;

function groupOf(kind: Kind, topic: string, cause: string): string {
  return Bun.hash.xxHash64(`${kind}${topic}${cause}`).toString(36);
}

/** UTC time so many seconds ago. */
export function ago(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString();
}
