import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { type RunningInventory, runInventory } from './running-inventory.ts';

const MAX_AGE_S = 300;

describe('with FRESH_SECOND_FACTOR_S', () => {
  let shop: RunningInventory;
  beforeAll(async () => {
    shop = await runInventory({ freshSecondFactorS: MAX_AGE_S, lookUpSkus: async (skus) => skus.map((sku) => ({ sku, productId: Bun.randomUUIDv7(), onSale: true, version: 1 })) });
  });
  afterAll(() => shop.close());

  /** The token of staff whose session has shown a code so many seconds ago. */
  const staff = async (ageS?: number) => {
    const claims = ageS === undefined ? {} : { mfa_at: Math.floor(Date.now() / 1000) - ageS };
    return { authorization: await shop.bearer({ roles: ['customer', 'staff'], claims }) };
  };

  test('stock is adjusted with a code of lately only; goods arrive without', async () => {
    const { id: warehouseId } = await shop.warehouse();
    const body = { warehouseId, quantity: 5, reason: 'delivery' };
    const move = (kind: string, headers: Readonly<Record<string, string>>) => shop.send<{ type?: string }>('POST', `/stock/LAMP-1/${kind}`, { body, headers });
    expect((await move('receipts', await staff())).status).toBe(201);
    for (const age of [undefined, MAX_AGE_S + 5]) {
      const { status, body: problem } = await move('adjustments', await staff(age));
      expect([status, problem.type]).toEqual([403, 'urn:souk:problem:second-factor-stale']);
    }
    expect((await move('adjustments', await staff(10))).status).toBe(201);
  });
});
