import type { PatchProduct, PutVariant } from '@souk/contracts/http/product';
import { equals } from '@souk/contracts/money';
import { ATTRIBUTES_LIMIT, type Product, variantOf, VARIANTS_LIMIT } from './product.ts';
import type { ProductImage } from './product-image.ts';
import { archived, priceChanged, type ProductFact, updated } from './product-fact.ts';

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
export function withImages(product: Product, images: readonly ProductImage[], now: number): Change {
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
