import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { type CatalogueEntry, type CatalogueRebuild, REBUILD_ID } from '../../src/domain/catalogue.ts';
import { eur, NOW, PRODUCT_ID } from '../orders.ts';
import type { OpenedStore } from './describe-order-store.ts';
import { put, settle, submission } from './settle.ts';

/** More than are removed in one transaction. */
const ENTRIES = 1005;
const skus = Array.from({ length: ENTRIES }, (_, number) => `SKU-${number}`);
const RUN = '0198c0de-7a11-7c3e-8f00-0000000000aa';
const never = new AbortController().signal;

const entryOf = (sku: string): CatalogueEntry => ({
  sku,
  productId: PRODUCT_ID,
  title: 'Blue mug',
  options: null,
  price: eur(1000),
  active: true,
  version: 1,
  changedAt: NOW,
});

const REBUILD: CatalogueRebuild = {
  id: REBUILD_ID,
  run: RUN,
  status: 'emptying',
  startedAt: NOW,
  updatedAt: NOW,
  messages: 5,
  total: 7,
  skipped: 1,
  failure: null,
};

/** What a rebuild of the catalogue copy asks of every store. */
export function describeFreshCatalogue(name: string, open: () => Promise<OpenedStore>): void {
  describe(`${name}: the fresh catalogue copy`, () => {
    let opened: OpenedStore;
    beforeEach(async () => {
      opened = await open();
      const products = [{ id: PRODUCT_ID, version: 1, skus }];
      await settle(opened.store, [
        put({ catalogueRebuilds: [REBUILD], freshCatalogue: skus.map(entryOf), freshProducts: products }),
      ]);
    });
    afterEach(() => opened.close());

    async function left(): Promise<number> {
      let seen = 0;
      const keys = () => ({ freshCatalogue: skus, freshProducts: [PRODUCT_ID] });
      const look = submission<null>(
        {
          name: 'look',
          keys,
          decide(_value, world) {
            seen = skus.filter((sku) => world.get('freshCatalogue', sku) !== undefined).length;
            if (world.get('freshProducts', PRODUCT_ID) !== undefined) seen += 1;
            return { answer: undefined };
          },
        },
        null,
      );
      await settle(opened.store, [look]);
      return seen;
    }

    test('is emptied completely', async () => {
      expect(await left()).toBe(ENTRIES + 1);
      await opened.store.fresh.empty(RUN, never);
      expect(await left()).toBe(0);
    });

    test('is not emptied for an older rebuild, or for an aborted one', async () => {
      const { fresh } = opened.store;
      expect(await fresh.empty('another', never).catch(String)).toBe('Error: another rebuild has begun');
      expect(await fresh.empty(RUN, AbortSignal.abort('enough')).catch(String)).toBe('enough');
      expect(await left()).toBe(ENTRIES + 1);
    });

    test('comes with the state of its rebuild, and the time since the last progress', async () => {
      const failed = { ...REBUILD, status: 'failed', failure: 'Error: broken off' } as const;
      await settle(opened.store, [put({ catalogueRebuilds: [failed] })]);
      const last = await opened.store.reads.catalogueRebuild();
      expect(last?.rebuild).toEqual(failed);
      expect(last?.silentMs).toBeGreaterThan(0);
    });
  });
}
