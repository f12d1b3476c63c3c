import type { CreateProduct, PatchProduct, PutVariant } from '@souk/contracts/http/product';
import { equals, type Money } from '@souk/contracts/money';
import type { EventData } from '@souk/contracts/topics';
import { ATTRIBUTES_LIMIT, type PriceChange, type Product, productRepresentation, variantOf, VARIANTS_LIMIT } from './product.ts';

/** A new product is a draft: only staff sees it until it is made active. */
export function newProduct(asked: CreateProduct, identity: { id: string; slug: string; now: number }): Product {
  return {
    id: identity.id,
    slug: identity.slug,
    title: asked.title,
    description: asked.description ?? '',
    status: 'draft',
    categoryIds: asked.categoryIds ?? [],
    attributes: asked.attributes ?? {},
    variants: asked.variants.map(({ sku, options = {}, price }) => ({ sku, options, price })),
    images: [],
    version: 1,
    createdAt: identity.now,
    updatedAt: identity.now,
  };
}

/** Result of a request to change a product. Asking for the present state changes nothing and makes no version. */
export type Change =
  | { readonly kind: 'changed'; readonly product: Product; readonly fact: ProductFact }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'too-many-attributes' }
  | { readonly kind: 'too-many-variants' };

const UNCHANGED: Change = { kind: 'unchanged' };

/** Applies a JSON merge patch. The status draft or active brings an archived product back. */
export function patch(product: Product, asked: PatchProduct, now: number): Change {
  const attributes = mergedAttributes(product.attributes, asked.attributes);
  if (Object.keys(attributes).length > ATTRIBUTES_LIMIT) return { kind: 'too-many-attributes' };
  const { title = product.title, slug = product.slug, status = product.status } = asked;
  const description = asked.description === undefined ? product.description : (asked.description ?? '');
  const categoryIds = asked.categoryIds === undefined ? product.categoryIds : (asked.categoryIds ?? []);
  const isSame =
    title === product.title &&
    slug === product.slug &&
    status === product.status &&
    description === product.description &&
    sameList(categoryIds, product.categoryIds) &&
    sameEntries(attributes, product.attributes);
  if (isSame) return UNCHANGED;
  const after = next(product, { title, slug, status, description, categoryIds, attributes }, now);
  return { kind: 'changed', product: after, fact: updated(after) };
}

/** Sets the price and options of a variant, or adds the variant. Without `options` the present ones stay. */
export function putVariant(product: Product, sku: string, { price, options }: PutVariant, now: number): Change {
  const before = variantOf(product, sku);
  if (before === undefined) {
    if (product.variants.length >= VARIANTS_LIMIT) return { kind: 'too-many-variants' };
    const grown = next(product, { variants: [...product.variants, { sku, options: options ?? {}, price }] }, now);
    return { kind: 'changed', product: grown, fact: updated(grown) };
  }
  const isPriceSame = equals(before.price, price);
  if (isPriceSame && (options === undefined || sameEntries(options, before.options))) return UNCHANGED;
  const put = { sku, options: options ?? before.options, price };
  const variants = product.variants.map((variant) => (variant === before ? put : variant));
  const after = next(product, { variants }, now);
  const fact = isPriceSame ? updated(after) : priceChanged(after, sku, before.price, price);
  return { kind: 'changed', product: after, fact };
}

/** Replaces the list of images: other images, another order, or other alt texts. */
export function withImages(product: Product, images: Product['images'], now: number): Change {
  if (sameList(images, product.images)) return UNCHANGED;
  const after = next(product, { images }, now);
  return { kind: 'changed', product: after, fact: updated(after) };
}

export function archive(product: Product, now: number): Change {
  if (product.status === 'archived') return UNCHANGED;
  const after = next(product, { status: 'archived' }, now);
  return { kind: 'changed', product: after, fact: archived(after) };
}

function next(product: Product, changes: Partial<Product>, now: number): Product {
  return { ...product, ...changes, version: product.version + 1, updatedAt: Math.max(now, product.updatedAt) };
}

function mergedAttributes(before: Product['attributes'], asked: PatchProduct['attributes']): Record<string, string> {
  if (asked === null) return {};
  const merged = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(asked ?? {})) {
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  return Object.fromEntries(merged);
}

function sameList<Item>(left: readonly Item[], right: readonly Item[]): boolean {
  return left.length === right.length && left.every((item, at) => item === right[at]);
}

function sameEntries(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

type ProductTopic = 'product.created' | 'product.updated' | 'product.price_changed' | 'product.archived';

/** The event of a change to a product: exactly one for each version, and each carries the whole product. */
export type ProductFact = { [T in ProductTopic]: { readonly type: T; readonly data: EventData<T> } }[ProductTopic];

export function created(product: Product): ProductFact {
  return { type: 'product.created', data: whole(product) };
}

function updated(product: Product): ProductFact {
  return { type: 'product.updated', data: whole(product) };
}

/**
 * Works whatever the product's size: an archiving that cannot be published would leave the product on sale. Above
 * `WORDS_LIMIT` the event has no description, attributes, images or options; the event that brings the product back has them.
 */
function archived(product: Product): ProductFact {
  const data = whole(product);
  if (Buffer.byteLength(JSON.stringify(data)) <= WORDS_LIMIT) return { type: 'product.archived', data };
  const variants = data.product.variants.map((variant) => ({ ...variant, options: {} }));
  return { type: 'product.archived', data: { ...data, product: { ...data.product, description: '', attributes: {}, images: [], variants } } };
}

/** Bytes; an event may have 1,048,576 including its headers. */
const WORDS_LIMIT = 1_000_000;

export function priceChanged(product: Product, sku: string, oldPrice: Money, newPrice: Money): ProductFact {
  return { type: 'product.price_changed', data: { ...whole(product), sku, oldPrice, newPrice } };
}

function whole(product: Product) {
  return { productId: product.id, version: product.version, product: productRepresentation(product) };
}

/** The parts of a product version that price changes are made from. */
type Priced = Pick<Product, 'id' | 'version' | 'variants' | 'updatedAt'>;

/** The price changes that a version of a product brings; `before` undefined: the product is new. */
export function priceChanges(before: Priced | undefined, after: Priced, actor: string): PriceChange[] {
  return after.variants.flatMap(({ sku, price }) => {
    const previous = (before && variantOf(before, sku)?.price) ?? null;
    if (previous !== null && equals(previous, price)) return [];
    return [{ productId: after.id, version: after.version, sku, price, previous, at: after.updatedAt, actor }];
  });
}

/** An event of a product as every engine stores it. */
interface KeptEvent {
  readonly stream: string;
  readonly data: string;
  readonly context: string;
}

/** Every price change in the events of products. All events of a product must be there, in the order of its versions. */
export function pricesTold(events: readonly KeptEvent[]): PriceChange[] {
  return [...Map.groupBy(events, ({ stream }) => stream).values()].flatMap(pricesOfOne);
}

function pricesOfOne(events: readonly KeptEvent[]): PriceChange[] {
  let before: Priced | undefined;
  return events.flatMap(({ data, context }) => {
    const { product }: EventData<'product.created'> = JSON.parse(data);
    const { actor }: { readonly actor: string } = JSON.parse(context);
    const after = { ...product, updatedAt: Date.parse(product.updatedAt) };
    const changes = priceChanges(before, after, actor);
    before = after;
    return changes;
  });
}
