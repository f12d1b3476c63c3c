import { cursors, readPage } from '@souk/chassis/web/paging';
import { invalid } from '@souk/chassis/web/problems/problem';
import type { Page } from '@souk/contracts/paging';
import type { Product as PublishedProduct, ProductQuery } from '@souk/contracts/http/product';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { idsBelow } from '../domain/category.ts';
import { productRepresentation } from '../domain/product-representation.ts';
import { searchWords } from '../domain/search.ts';
import type { ProductSort, SortPosition } from '../domain/sort-position.ts';
import type { ProductReads } from '../storage/product-store.ts';

/** Words of a query at most: each is searched for in every text that is examined. */
const WORDS_LIMIT = 10;

interface PositionCursors {
  write(position: SortPosition): string;
  read(cursor: string | undefined): SortPosition | undefined;
}

const ByText = Type.Object({ key: Type.String(), id: Uuid });
const ByNumber = Type.Object({ key: Type.Integer({ minimum: 0 }), id: Uuid });

/** Each sort order has cursors of its own: a position among titles says nothing about prices. */
const CURSORS: Readonly<Record<ProductSort, PositionCursors>> = {
  title: cursors('products:title', ByText),
  price: cursors('products:price', ByNumber),
  '-price': cursors('products:-price', ByNumber),
  newest: cursors('products:newest', ByNumber),
};

/** One page of the catalogue. `onlyActive`: as customers see it. */
export async function productPage(
  reads: ProductReads,
  { q = '', sku, category, minPrice, maxPrice, sort = 'title', limit = 20, cursor }: ProductQuery,
  onlyActive: boolean,
): Promise<Page<PublishedProduct>> {
  const positions = CURSORS[sort];
  const below = category === undefined ? undefined : idsBelow(await reads.categories(), category);
  const words = searchWords(q);
  if (words.length > WORDS_LIMIT) throw invalid('?q', `has more than ${WORDS_LIMIT} different words`);
  const filter = { onlyActive, words, skus: sku, categoryIds: below, minPrice, maxPrice };
  return readPage({
    limit,
    from: positions.read(cursor),
    read: (after, rows) => reads.list(filter, { sort, after, limit: rows }),
    placeOf: ({ place }) => place,
    toItem: ({ product }) => productRepresentation(product),
    toCursor: positions.write,
  });
}
