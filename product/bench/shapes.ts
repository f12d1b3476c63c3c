import { positionOf, type ProductSort, type SortPosition } from '../src/domain/sort-position.ts';
import type { ProductFilter } from '../src/storage/product-store.ts';
import { type Catalogue, skuOf } from './catalogue.ts';

export interface Shape {
  readonly name: string;
  readonly filter: ProductFilter;
  readonly sort: ProductSort;
  /** A place in the middle of the order; undefined: the first page. */
  readonly after: SortPosition | undefined;
}

const SORTS = ['title', 'price', '-price', 'newest'] as const;

type Filter = Partial<ProductFilter>;

/** Every kind of list that the API offers, of a shop with so many products. */
export function* shapes(catalogue: Catalogue, products: number): Iterable<Shape> {
  const middle = catalogue.product(Math.floor(products / 2));
  for (const [name, filter] of filters(catalogue, products)) {
    for (const onlyActive of [true, false]) {
      for (const sort of SORTS) {
        for (const after of [undefined, positionOf(middle, sort)]) {
          const whole = { words: [], skus: undefined, categoryIds: undefined, minPrice: undefined, maxPrice: undefined, ...filter, onlyActive };
          yield { name: `${name}${onlyActive ? '' : ', for staff'}, by ${sort}${after === undefined ? '' : ', from the middle'}`, filter: whole, sort, after };
        }
      }
    }
  }
}

function* filters({ words, roots, branches, leaves }: Catalogue, products: number): Iterable<readonly [string, Filter]> {
  const ranked = (...ranks: number[]): Filter => ({ words: ranks.map((rank) => words[rank] ?? '') });
  const [narrow, wide, dear] = [{ minPrice: 1990, maxPrice: 2010 }, { minPrice: 1000, maxPrice: 5000 }, { minPrice: 20_000 }] as const;
  const [root, branch, leaf] = [roots[3], branches[20], leaves[31]].map((category) => ({ categoryIds: category?.withBelow ?? [] }));
  const largest = { categoryIds: leaves[0]?.withBelow ?? [] };
  yield ['everything', {}];
  for (const rank of [0, 10, 30, 100, 200, 400, 1000, 5000, 19_000]) yield [`word ${rank}`, ranked(rank)];
  for (const pair of [[0, 1], [0, 100], [10, 11], [30, 31], [30, 400], [100, 101], [200, 201], [10, 5000]]) yield [`words ${pair.join()}`, ranked(...pair)];
  yield ['words 0,10,20', ranked(0, 10, 20)];
  yield ['words 30,60,90,120', ranked(30, 60, 90, 120)];
  yield ['a word that nothing has', { words: ['kakakaqx'] }];
  yield ['two letters that nothing has', { words: ['qx'] }];
  yield ['two letters that much has', { words: ['or'] }];
  yield ['two letters and word 100', { words: ['or', words[100] ?? ''] }];
  yield ['the beginning of all SKUs', { words: ['sku-0'] }];
  yield ['a whole SKU as a word', { words: [skuOf(77, 0).toLowerCase()] }];
  yield ['a hundred SKUs', { skus: Array.from({ length: 100 }, (_, n) => skuOf(Math.floor((n * products) / 100), 0)) }];
  yield ['narrow prices', narrow];
  yield ['wide prices', wide];
  yield ['dear ones', dear];
  yield ['prices that nothing has', { minPrice: 900_000_000 }];
  yield ['leaf', leaf ?? {}];
  yield ['largest leaf', largest];
  yield ['branch of 9', branch ?? {}];
  yield ['root of 55', root ?? {}];
  yield ['two roots of 110', { categoryIds: roots.slice(0, 2).flatMap(({ withBelow }) => withBelow) }];
  for (const rank of [0, 30, 100, 400]) {
    yield [`word ${rank}, narrow prices`, { ...ranked(rank), ...narrow }];
    yield [`word ${rank}, wide prices`, { ...ranked(rank), ...wide }];
    yield [`word ${rank}, dear ones`, { ...ranked(rank), ...dear }];
    yield [`word ${rank}, largest leaf`, { ...ranked(rank), ...largest }];
    yield [`word ${rank}, branch of 9`, { ...ranked(rank), ...branch }];
    yield [`word ${rank}, root of 55`, { ...ranked(rank), ...root }];
  }
  yield ['largest leaf, narrow prices', { ...largest, ...narrow }];
  yield ['branch of 9, wide prices', { ...branch, ...wide }];
  yield ['root of 55, narrow prices', { ...root, ...narrow }];
  yield ['word 30, branch of 9, wide prices', { ...ranked(30), ...branch, ...wide }];
  yield ['words 30,31, root of 55, dear ones', { ...ranked(30, 31), ...root, ...dear }];
}
