import { describe, expect, test } from 'bun:test';
import type { Movement, StockLevel } from '@souk/contracts/http/inventory';
import type { Answer } from '../../src/page/api.ts';
import { type Ledger, PAGES_AT_ONCE, readLedger, readOlder } from '../../src/page/read-ledger.ts';

describe('The ledger of a SKU', () => {
  test('is read to its end, together with the stock of the same moment', async () => {
    const inventory = fakeInventory(250);
    const ledger = value(await readLedger('MUG', inventory.ask));
    expect(ledger.movements).toHaveLength(250);
    expect(ledger).toMatchObject({ olderFrom: null, isOfOneMoment: true });
  });

  test('is read in pages of a limited number, and older lines when they are asked for', async () => {
    const lines = PAGES_AT_ONCE * 100 + 250;
    const inventory = fakeInventory(lines);
    const first = value(await readLedger('MUG', inventory.ask));
    expect(first.movements).toHaveLength(PAGES_AT_ONCE * 100);
    expect(first.olderFrom).not.toBeNull();
    const all = value(await readOlder('MUG', inventory.ask, first));
    expect(all.movements).toHaveLength(lines);
    expect(all.olderFrom).toBeNull();
    expect(new Set(all.movements.map(({ id }) => id)).size).toBe(lines);
  });

  test('asks only for the new lines the next time', async () => {
    const inventory = fakeInventory(500);
    const before = value(await readLedger('MUG', inventory.ask));
    inventory.receive();
    inventory.pages = 0;
    const after = value(await readLedger('MUG', inventory.ask, before));
    expect(after.movements).toHaveLength(501);
    expect(inventory.pages).toBe(1);
  });

  test('is read again when the stock moved meanwhile', async () => {
    const inventory = fakeInventory(150);
    inventory.beforePage = () => {
      inventory.beforePage = () => undefined;
      inventory.receive();
    };
    const ledger = value(await readLedger('MUG', inventory.ask));
    expect(ledger.isOfOneMoment).toBe(true);
    expect(ledger.movements).toHaveLength(151);
  });

  test('says so when the stock never stands still', async () => {
    const inventory = fakeInventory(10);
    inventory.beforePage = inventory.receive;
    expect(value(await readLedger('MUG', inventory.ask)).isOfOneMoment).toBe(false);
  });
});

function value(answer: Answer<Ledger>): Ledger {
  if (!answer.ok) throw new Error(answer.problem.detail);
  return answer.value;
}

/** A SKU that was received piece by piece. */
function fakeInventory(pieces: number) {
  const movements: Movement[] = [];
  const inventory = { pages: 0, beforePage: (): void => undefined, receive, ask };
  for (let n = 0; n < pieces; n++) receive();

  function receive(): void {
    const n = movements.length + 1;
    movements.unshift({
      id: String(n).padStart(12, '0'), sku: 'MUG', warehouseId: 'w', kind: 'receipt', onHandDelta: 1, reservedDelta: 0, onHandAfter: n, reservedAfter: 0, reason: null, actor: null, orderId: null, eventId: null,
      at: new Date(n * 1000).toISOString(),
    });
  }

  async function ask<T>(path: string, query: Readonly<Record<string, string | number | undefined>> = {}): Promise<Answer<T>> {
    if (path === '/movements') {
      inventory.pages++;
      inventory.beforePage();
      // By id, because lines are added in front.
      const from = query['cursor'] === undefined ? 0 : movements.findIndex(({ id }) => id === query['cursor']) + 1;
      const items = movements.slice(from, from + 100);
      return { ok: true, value: { items, nextCursor: from + 100 < movements.length ? (items.at(-1)?.id ?? null) : null } as T, etag: null };
    }
    const level: StockLevel = { sku: 'MUG', available: movements.length, warehouses: [{ warehouseId: 'w', onHand: movements.length, reserved: 0, available: movements.length }] };
    return { ok: true, value: level as T, etag: null };
  }

  return inventory;
}
