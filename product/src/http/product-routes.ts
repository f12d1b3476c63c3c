import type { Engine } from '@souk/chassis/engine/engine';
import { answerOnce } from '@souk/chassis/service/answer-once';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { entityTag, obeyingIfMatch, requireIfMatch, storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { cursors, readPage } from '@souk/chassis/web/paging';
import { fieldsRefused, invalid, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { hasRole, type Principal } from '@souk/chassis/web/sign-in/principal';
import {
  CreateProduct,
  PatchProduct,
  PriceHistoryPage,
  PriceHistoryQuery,
  Product as PublishedProduct,
  ProductPage,
  ProductQuery,
  PutVariant,
} from '@souk/contracts/http/product';
import { Sku, Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { idsBelow } from '../domain/category-tree.ts';
import { type PriceChange, type Product, productRepresentation } from '../domain/product.ts';
import { searchWords } from '../domain/search.ts';
import type { ProductSort, SortPosition } from '../domain/sort-position.ts';
import type { ProductCollections, ProductReads } from '../storage/product-store.ts';
import {
  type Answer,
  archiveProduct,
  createProduct,
  patchProduct,
  putVariant,
  type Refusal,
  type RequireVersion,
} from '../usecases/products.ts';

const ById = Type.Object({ id: Uuid });

/** Routes that read the catalogue: everybody sees active products, only staff sees the others. */
export function readRoutes(reads: ProductReads) {
  return router()
    .get('/products', ({ query, principal }) => productPage(reads, query, !isStaff(principal)), {
      maybeSignedIn: true,
      query: ProductQuery,
      response: { 200: ProductPage },
      detail: { summary: 'Products, by title unless sorted otherwise' },
    })
    .get('/products/:id', async ({ params, principal, set }) => {
      return shown(visible(await reads.byId(params.id), principal), set.headers);
    }, {
      maybeSignedIn: true,
      params: ById,
      response: { 200: PublishedProduct },
      detail: { summary: 'One product' },
    })
    .get('/products/by-slug/:slug', async ({ params, principal, set }) => {
      return shown(visible(await reads.bySlug(params.slug), principal), set.headers);
    }, {
      maybeSignedIn: true,
      params: Type.Object({ slug: Type.String() }),
      response: { 200: PublishedProduct },
      detail: { summary: 'One product by the name in its address' },
    });
}

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
async function productPage(
  reads: ProductReads,
  { q = '', sku, category, minPrice, maxPrice, sort = 'title', limit = 20, cursor }: ProductQuery,
  onlyActive: boolean,
) {
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

/** The product, if the caller may see it; throws the 404 problem for one that is not active, unless staff asks. */
export function visible(product: Product | undefined, principal: Principal | null): Product {
  if (product === undefined || (product.status !== 'active' && !isStaff(principal))) throw noSuchProduct();
  return product;
}

function isStaff(principal: Principal | null): boolean {
  return principal !== null && hasRole(principal, 'staff');
}

/** The same answer for a product that does not exist and one that is not on sale: customers do not learn which. */
function noSuchProduct(): Problem {
  return problem('not-found', { detail: 'There is no such product on sale: GET /products lists those there are.' });
}

const priceCursors = cursors('price-history', Type.Object({ version: Type.Integer({ minimum: 1 }), sku: Sku }));

/** The route of a product's price history, newest first. */
export function priceHistoryRoute(reads: ProductReads) {
  return router().get('/products/:id/price-history', async ({ params: { id }, query: { sku, cursor, limit = 20 } }) => {
    const from = priceCursors.read(cursor);
    if ((await reads.byId(id)) === undefined) throw noSuchProduct();
    return readPage({
      limit,
      from,
      read: (after, rows) => reads.priceHistory({ productId: id, sku }, { after, limit: rows }),
      placeOf: ({ version, sku: of }) => ({ version, sku: of }),
      toItem: priceRepresentation,
      toCursor: priceCursors.write,
    });
  }, {
    role: 'staff',
    params: ById,
    query: PriceHistoryQuery,
    response: { 200: PriceHistoryPage },
    detail: { summary: 'What a product has cost, newest first' },
  });
}

function priceRepresentation({ sku, price, previous, at, actor }: PriceChange) {
  return { sku, price, previous, at: new Date(at).toISOString(), actor };
}

/** The calls to the service that routes may make. */
export type Commands = Pick<Engine<ProductCollections>, 'execute' | 'executeOnce'>;

const TOLD_WHOLE =
  'Others hear of a product in one message with all of it, variants and options included. A change after which that message would ' +
  'have more than 1,048,576 bytes is refused with `event-too-large`, which says `limit` and `size`.';

/** Routes by which staff changes the catalogue. */
export function changeRoutes(commands: Commands) {
  return router()
    .post('/products', ({ body, principal, ...request }) => {
      return answerOnce(commands, createProduct, { asked: body, actor: principal.userId }, request, creation);
    }, {
      role: 'staff',
      idempotent: 'optional',
      refuses: ['sku-taken', 'slug-taken', 'category-unknown', 'event-too-large'],
      body: CreateProduct,
      response: { 201: PublishedProduct },
      detail: { summary: 'Add a product, as a draft', description: TOLD_WHOLE },
    })
    .patch('/products/:id', async ({ body, params, principal, request, set }) => {
      const asked = { productId: params.id, asked: body, actor: principal.userId, requireVersion: matching(request) };
      return shown(accepted(await commands.execute(patchProduct, asked, causeOf(request))), set.headers);
    }, {
      role: 'staff',
      refuses: ['precondition-required', 'precondition-failed', 'slug-taken', 'category-unknown', 'event-too-large'],
      params: ById,
      body: PatchProduct,
      response: { 200: PublishedProduct },
      detail: { summary: 'Change a product (JSON merge patch)', description: TOLD_WHOLE },
    })
    .put('/products/:id/variants/:sku', async ({ body, params, principal, request, set }) => {
      const { id: productId, sku } = params;
      const asked = { productId, sku, asked: body, actor: principal.userId, requireVersion: matching(request) };
      return shown(accepted(await commands.execute(putVariant, asked, causeOf(request))), set.headers);
    }, {
      role: 'staff',
      refuses: ['precondition-required', 'precondition-failed', 'sku-taken', 'conflict', 'event-too-large'],
      params: Type.Object({ id: Uuid, sku: Sku }),
      body: PutVariant,
      response: { 200: PublishedProduct },
      detail: { summary: 'Set the price and options of a variant, or add it', description: TOLD_WHOLE },
    })
    .post('/products/:id/archive', async ({ params, principal, request, set }) => {
      const asked = { productId: params.id, actor: principal.userId, requireVersion: obeyingIfMatch(request) };
      return shown(accepted(await commands.execute(archiveProduct, asked, causeOf(request))), set.headers);
    }, {
      role: 'staff',
      refuses: ['precondition-failed'],
      params: ById,
      response: { 200: PublishedProduct },
      detail: {
        summary: 'Take a product out of sale',
        description: 'Works whatever its size: the event of one that is near the limit has no description, attributes, options and images.',
      },
    });
}

function matching(request: Request): RequireVersion {
  return (version) => requireIfMatch(request, version);
}

function creation(answer: Answer): StoredAnswer | Problem {
  if (answer.kind !== 'done') return refused(answer);
  const { product } = answer;
  return storedAnswer(201, productRepresentation(product), {
    etag: entityTag(product.version),
    location: `/products/${product.id}`,
  });
}

function shown(product: Product, headers: Record<string, string | number>) {
  headers['etag'] = entityTag(product.version);
  return productRepresentation(product);
}

/** The product of an answer; throws a refusal as the problem that callers see. */
export function accepted(answer: Answer): Product {
  if (answer.kind === 'done') return answer.product;
  throw refused(answer);
}

export function refused(refusal: Refusal): Problem {
  switch (refusal.kind) {
    case 'product-unknown':
      return noSuchProduct();
    case 'invalid':
      return fieldsRefused('validation', refusal.errors);
    case 'sku-taken':
      return refusal.errors.length > 0
        ? fieldsRefused('sku-taken', refusal.errors, 'choose another SKU')
        : problem('sku-taken', { detail: 'The SKU in the path belongs to another product: choose another one.' });
    case 'slug-taken':
      return fieldsRefused('slug-taken', [{ pointer: '/slug', detail: 'belongs to another product' }], 'choose another one');
    case 'category-unknown':
      return fieldsRefused('category-unknown', refusal.errors, 'GET /categories lists those there are');
    case 'too-many-variants':
      return problem('conflict', { detail: 'A product has at most 100 variants: make another product for more.' });
    default:
      return refusal satisfies never;
  }
}
