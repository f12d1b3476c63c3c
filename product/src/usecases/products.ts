import type { Decision, Keys, UseCase, World } from '@souk/chassis/engine/writer/use-case';
import type { CreateProduct, PatchProduct, PutVariant } from '@souk/contracts/http/product';
import type { FieldError } from '@souk/contracts/problem';
import { categoryOf, type CategoryUse, TREE } from '../domain/category-tree.ts';
import {
  archive,
  type Change,
  created,
  newProduct,
  patch,
  priceChanges,
  type ProductFact,
  putVariant as withVariant,
} from '../domain/change-product.ts';
import { doubledSkus, lastResortSlug, slugCandidates } from '../domain/claims.ts';
import type { Product } from '../domain/product.ts';
import type { ProductCollections } from '../storage/product-store.ts';

interface CreateRequest {
  readonly asked: CreateProduct;
  readonly actor: string;
}

/** Adds a product. A slug in the request must be free; one made from the title gets a suffix when it is taken. */
export const createProduct: UseCase<ProductCollections, CreateRequest, Answer> = {
  name: 'create product',
  keys: ({ asked }) => ({
    slugs: asked.slug === undefined ? candidates(asked) : [asked.slug],
    skus: asked.variants.map(({ sku }) => sku),
    ...keysOfCategories(asked.categoryIds ?? []),
  }),
  decide({ asked, actor }, world, context) {
    const refusal = refusalOf(asked, world);
    if (refusal !== undefined) return { answer: refusal };
    const id = context.newId();
    const product = newProduct(asked, { id, slug: asked.slug ?? freeSlug(asked, world, id), now: context.now });
    return saved(product, created(product), { actor, use: useAfter([], product.categoryIds, world) });
  },
};

function refusalOf(asked: CreateProduct, world: World<ProductCollections>): Refusal | undefined {
  const doubled = doubledSkus(asked.variants);
  if (doubled.length > 0) return { kind: 'invalid', errors: doubled };
  const taken = asked.variants.flatMap(({ sku }, index) =>
    world.get('skus', sku) === undefined
      ? []
      : [{ pointer: `/variants/${index}/sku`, detail: 'belongs to another product' }],
  );
  if (taken.length > 0) return { kind: 'sku-taken', errors: taken };
  const unknown = unknownCategories(asked.categoryIds ?? [], world);
  if (unknown.length > 0) return { kind: 'category-unknown', errors: unknown };
  if (asked.slug !== undefined && world.get('slugs', asked.slug) !== undefined) return { kind: 'slug-taken' };
  return undefined;
}

function freeSlug(asked: CreateProduct, world: World<ProductCollections>, id: string): string {
  const [base, ...numbered] = candidates(asked);
  const free = [base, ...numbered].find((slug) => world.get('slugs', slug) === undefined);
  return free ?? lastResortSlug(base, id);
}

function candidates({ title, variants }: CreateProduct): readonly [string, ...string[]] {
  return slugCandidates(title, variants[0]?.sku ?? '');
}

/** The fields common to all changes of an existing product. */
export interface ChangeRequest {
  readonly productId: string;
  /** id of the user who asks, kept with the event */
  readonly actor: string;
}

/** Compares the version with the one that the caller means to change: throws when they differ. */
export type RequireVersion = (version: number) => void;

interface PatchRequest extends ChangeRequest {
  readonly asked: PatchProduct;
  readonly requireVersion: RequireVersion;
}

export const patchProduct: UseCase<ProductCollections, PatchRequest, Answer> = {
  name: 'patch product',
  keys: ({ productId, asked: { slug, categoryIds } }) => ({
    products: [productId],
    slugs: slug === undefined ? [] : [slug],
    ...keysOfCategories(categoryIds ?? []),
  }),
  /** Adds the old slug, which a new one frees, and the categories that the product may leave. */
  moreKeys({ productId, asked }, world) {
    const before = world.get('products', productId);
    if (before === undefined) return {};
    return {
      ...(asked.slug !== undefined && { slugs: [before.slug] }),
      ...(asked.categoryIds !== undefined && keysOfCategories(before.categoryIds)),
    };
  },
  decide({ productId, asked, actor, requireVersion }, world, { now }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    requireVersion(product.version);
    const owner = asked.slug === undefined ? undefined : world.get('slugs', asked.slug)?.productId;
    if (owner !== undefined && owner !== productId) return { answer: { kind: 'slug-taken' } };
    const { categoryIds } = asked;
    const unknown = unknownCategories(categoryIds ?? [], world);
    if (unknown.length > 0) return { answer: { kind: 'category-unknown', errors: unknown } };
    const use = categoryIds === undefined ? [] : useAfter(product.categoryIds, categoryIds ?? [], world);
    return changeOfProduct(product, patch(product, asked, now), actor, use);
  },
};

interface PutVariantRequest extends ChangeRequest {
  readonly sku: string;
  readonly asked: PutVariant;
  readonly requireVersion: RequireVersion;
}

/** Changes the price or the options of a variant, or adds it; refuses a SKU of another product. */
export const putVariant: UseCase<ProductCollections, PutVariantRequest, Answer> = {
  name: 'put variant',
  keys: ({ productId, sku }) => ({ products: [productId], skus: [sku] }),
  decide({ productId, sku, asked, actor, requireVersion }, world, { now }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    requireVersion(product.version);
    const owner = world.get('skus', sku)?.productId;
    if (owner !== undefined && owner !== productId) return { answer: { kind: 'sku-taken', errors: [] } };
    return changeOfProduct(product, withVariant(product, sku, asked, now), actor);
  },
};

interface ArchiveRequest extends ChangeRequest {
  readonly requireVersion?: RequireVersion;
}

/** Takes a product off sale; doing it again changes nothing. */
export const archiveProduct: UseCase<ProductCollections, ArchiveRequest, Answer> = {
  name: 'archive product',
  keys: ({ productId }) => ({ products: [productId] }),
  decide({ productId, actor, requireVersion }, world, { now }) {
    const product = world.get('products', productId);
    if (product === undefined) return { answer: { kind: 'product-unknown' } };
    requireVersion?.(product.version);
    return changeOfProduct(product, archive(product, now), actor);
  },
};

/** `done`: the product after the change, or as it is when there is nothing to change. */
export type Answer = { readonly kind: 'done'; readonly product: Product } | Refusal;

/** The reason why a change was not made; nothing has changed then. */
export type Refusal =
  | { readonly kind: 'product-unknown' }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }
  /** `errors` names the places in the body; empty when the SKU is in the path */
  | { readonly kind: 'sku-taken'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'slug-taken' }
  /** `errors` names the places in the list */
  | { readonly kind: 'category-unknown'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'too-many-variants' };

export type ProductDecisionOf<A> = Decision<ProductCollections, A>;
type ProductDecision = ProductDecisionOf<Answer>;

const TOO_MANY_ATTRIBUTES: FieldError = {
  pointer: '/attributes',
  detail: 'leaves the product with more than 50 attributes',
};

/** Turns the domain's change of a product into the writes: the product, its claims, one event. */
export function changeOfProduct(before: Product, change: Change, actor: string, use: readonly CategoryUse[] = []): ProductDecision {
  switch (change.kind) {
    case 'unchanged':
      return { answer: { kind: 'done', product: before } };
    case 'too-many-attributes':
      return { answer: { kind: 'invalid', errors: [TOO_MANY_ATTRIBUTES] } };
    case 'too-many-variants':
      return { answer: change };
    case 'changed': {
      const { product } = change;
      const removes = product.slug === before.slug ? {} : { removes: { slugs: [before.slug] } };
      return { ...saved(product, change.fact, { actor, before, use }), ...removes };
    }
    default:
      return change satisfies never;
  }
}

interface Saving {
  readonly actor: string;
  /** undefined: the product is new */
  readonly before?: Product;
  /** new use counts of the categories that it joins and leaves */
  readonly use: readonly CategoryUse[];
}

function saved(product: Product, fact: ProductFact, { actor, before, use }: Saving): ProductDecision {
  const { id, slug, version, variants } = product;
  return {
    answer: { kind: 'done', product },
    puts: {
      products: [product],
      slugs: [{ slug, productId: id }],
      skus: variants.map(({ sku }) => ({ sku, productId: id })),
      categoryUse: use,
      priceChanges: priceChanges(before, product, actor),
    },
    events: [{ ...fact, key: id, stream: id, version, context: { actor } }],
  };
}

/** The keys that a decision needs when a product joins or leaves these categories. */
function keysOfCategories(ids: readonly string[]): Keys<ProductCollections> {
  return ids.length === 0 ? {} : { categoryTrees: [TREE], categoryUse: ids };
}

/** Field errors for ids of categories that do not exist. */
function unknownCategories(ids: readonly string[], world: World<ProductCollections>): FieldError[] {
  if (ids.length === 0) return [];
  const tree = world.get('categoryTrees', TREE);
  return ids.flatMap((id, at) =>
    tree !== undefined && categoryOf(tree, id) !== undefined
      ? []
      : [{ pointer: `/categoryIds/${at}`, detail: 'is no category' }],
  );
}

/** The new use counts of the categories that a product leaves or joins, without those that it stays in. */
function useAfter(before: readonly string[], after: readonly string[], world: World<ProductCollections>): CategoryUse[] {
  const used = (categoryId: string, by: 1 | -1) => {
    const { products = 0 } = world.get('categoryUse', categoryId) ?? {};
    return { categoryId, products: products + by };
  };
  return [
    ...before.filter((id) => !after.includes(id)).map((id) => used(id, -1)),
    ...after.filter((id) => !before.includes(id)).map((id) => used(id, 1)),
  ];
}
