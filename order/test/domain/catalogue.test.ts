import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  type CatalogueEntry,
  type CatalogueProduct,
  copyProduct,
  type ProductState,
} from '../../src/domain/catalogue.ts';
import { eur, NORTH, NOW, PRODUCT_ID } from '../orders.ts';
import { check, WITH_SEED } from '../seed.ts';

function product(version: number, changes: Partial<ProductState> = {}): ProductState {
  const variants = [{ sku: 'MUG', options: {}, price: eur(1000 + version) }];
  return {
    id: PRODUCT_ID,
    version,
    title: `Mug ${version}`,
    active: true,
    changedAt: NOW + version,
    variants,
    ...changes,
  };
}

function skus(...names: string[]) {
  return { variants: names.map((sku) => ({ sku, options: {}, price: eur(100) })) };
}

/** The copy after all of these were heard of, one after the other. */
function copyOf(states: readonly ProductState[]) {
  const products = new Map<string, CatalogueProduct>();
  const entries = new Map<string, CatalogueEntry>();
  for (const state of states) {
    const change = copyProduct(products.get(state.id), state, (sku) => entries.get(sku));
    if (change === undefined) continue;
    products.set(change.product.id, change.product);
    for (const sku of change.gone) entries.delete(sku);
    for (const entry of change.entries) entries.set(entry.sku, entry);
  }
  return Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

describe('the catalogue copy', () => {
  test('has what the newest version says', () => {
    expect(copyOf([product(1), product(2)])).toMatchObject({ MUG: { title: 'Mug 2', price: eur(1002), version: 2 } });
  });

  test('has the options of each variant', () => {
    const variants = [{ sku: 'MUG', options: { size: 'large', colour: 'blue' }, price: eur(1) }];
    expect(copyOf([product(1), product(2, { variants })])).toMatchObject({ MUG: { options: { size: 'large', colour: 'blue' } } });
  });

  test('ignores late and repeated versions', () => {
    expect(copyOf([product(2), product(1), product(2, { title: 'forged' })])).toMatchObject({
      MUG: { title: 'Mug 2' },
    });
  });

  test('loses a SKU that its product has lost, and a late older version does not bring it back', () => {
    const copy = copyOf([product(1, skus('MUG', 'CUP')), product(3, skus('MUG')), product(2, skus('MUG', 'CUP'))]);
    expect(Object.keys(copy)).toEqual(['MUG']);
  });

  test('keeps a SKU with the product that has it now, however late a version of its former product comes', () => {
    const before = product(4, { ...skus('MUG', 'CUP'), changedAt: NOW + 5 });
    const after = product(5, { ...skus('MUG'), changedAt: NOW + 9 });
    const heir = product(1, { id: NORTH, ...skus('CUP'), changedAt: NOW + 10 });
    for (const order of [
      [before, after, heir],
      [heir, before, after],
      [before, heir, after],
      [heir, after, before],
    ]) {
      expect(copyOf(order)).toMatchObject({ CUP: { productId: NORTH }, MUG: { productId: PRODUCT_ID } });
    }
  });

  test(`comes out the same in any order and with any number of copies ${WITH_SEED}`, () => {
    const names = fc.uniqueArray(fc.constantFrom('MUG', 'CUP', 'TEA', 'POT'), { minLength: 1 });
    const history = fc
      .array(names, { minLength: 1, maxLength: 6 })
      .map((lists) => lists.map((list, at) => product(at + 1, skus(...list))));
    const heard = history.chain((states) =>
      fc.tuple(
        fc.constant(states),
        fc.shuffledSubarray([...states, ...states, ...states], { minLength: states.length * 3 }),
      ),
    );
    check(
      fc.property(heard, ([states, shuffled]) => expect(copyOf(shuffled)).toEqual(copyOf(states.slice(-1)))),
      200,
    );
  });
});
