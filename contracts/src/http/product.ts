import { type Static, Type } from '@sinclair/typebox';
import { Sku, Uuid } from '../ids.ts';
import { AskedPrice, Price } from '../money.ts';
import { impersonal } from '../personal.ts';
import { closed, nullable, oneOf } from '../schema.ts';
import { FreeText, KeptFreeText, KeptName, Name, NOT_IN_A_LINE, VISIBLE } from '../text.ts';
import { UtcTime } from '../time.ts';
import { Page, PagedQuery, QueryInteger } from './common.ts';
import { ProductImage } from './product-image.ts';
import { Slug } from './slug.ts';

export const ProductStatus = oneOf('draft', 'active', 'archived');
export type ProductStatus = Static<typeof ProductStatus>;

const Title = impersonal(Name);
const KeptTitle = impersonal(KeptName);
const Description = impersonal(FreeText);
const KeptDescription = impersonal(KeptFreeText);

/** Begins with neither white space nor an underscore (`__proto__`); at most 50 characters. */
const attributeName = (refused: string) => `[^\\s_${refused}][^${refused}]{0,49}$`;
const AttributeName = Type.String({ pattern: `^(?=[\\s\\S]*${VISIBLE})${attributeName(NOT_IN_A_LINE)}`, description: 'a name of 1 to 50 characters that begins with neither a space nor an underscore' });
const KeptAttributeName = Type.String({ ...AttributeName, pattern: `^${attributeName('\\u0000')}` });
const attributeLimits = {
  maxProperties: 50,
  additionalProperties: false,
  description: 'texts under names of 1 to 50 characters that begin with neither a space nor an underscore',
};
const Attributes = Type.Record(AttributeName, Title, attributeLimits);
const KeptAttributes = Type.Record(KeptAttributeName, KeptTitle, attributeLimits);

/** A category occurs once; nobody looks for a product in more than a few. */
const CategoryIds = Type.Array(Uuid, { maxItems: 20, uniqueItems: true });

export const Variant = closed({ sku: Sku, options: KeptAttributes, price: Price });
export type Variant = Static<typeof Variant>;

export const Product = closed({
  id: Uuid,
  slug: Slug,
  title: KeptTitle,
  description: KeptDescription,
  status: ProductStatus,
  categoryIds: CategoryIds,
  attributes: KeptAttributes,
  variants: Type.Array(Variant, { minItems: 1, maxItems: 100 }),
  images: Type.Array(ProductImage, { maxItems: 20 }),
  version: Type.Integer({ minimum: 1 }),
  createdAt: UtcTime,
  updatedAt: UtcTime,
});
export type Product = Static<typeof Product>;

export const ProductPage = Page(Product);

/** Without `slug` one is made from the title. */
export const CreateProduct = closed({
  title: Title,
  slug: Type.Optional(Slug),
  description: Type.Optional(Description),
  categoryIds: Type.Optional(CategoryIds),
  attributes: Type.Optional(Attributes),
  variants: Type.Array(closed({ sku: Sku, options: Type.Optional(Attributes), price: AskedPrice }), {
    minItems: 1,
    maxItems: 100,
  }),
});
export type CreateProduct = Static<typeof CreateProduct>;

/** JSON merge patch: null empties an optional field; inside `attributes` it removes that attribute. */
export const PatchProduct = closed({
  title: Type.Optional(Title),
  slug: Type.Optional(Slug),
  description: Type.Optional(nullable(Description)),
  categoryIds: Type.Optional(nullable(CategoryIds)),
  attributes: Type.Optional(nullable(Type.Record(AttributeName, nullable(Title), attributeLimits))),
  status: Type.Optional(oneOf('draft', 'active')),
});
export type PatchProduct = Static<typeof PatchProduct>;

/** The SKU is in the path; a SKU that the product does not have yet is added. */
export const PutVariant = closed({ options: Type.Optional(Attributes), price: AskedPrice });
export type PutVariant = Static<typeof PutVariant>;

const PriceLimit = QueryInteger({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/**
 * Prices in minor units, inclusive; a product matches when any of its variants does. `category` is an id or a slug; products of the categories below
 * it match too.
 */
export const ProductQuery = PagedQuery({
  q: Type.Optional(impersonal(Type.String({ minLength: 1, maxLength: 200, description: 'words that must all occur; case and accents of Latin, Greek and Cyrillic letters do not matter' }))),
  category: Type.Optional(Type.Union([Uuid, Slug])),
  sku: Type.Optional(Type.Array(Sku, { maxItems: 100 })),
  minPrice: Type.Optional(PriceLimit),
  maxPrice: Type.Optional(PriceLimit),
  sort: Type.Optional(oneOf('title', 'price', '-price', 'newest')),
});
export type ProductQuery = Static<typeof ProductQuery>;

/** A price change of a variant; `previous` is null for its first price. `actor` is the user who set it. */
export const PriceChange = closed({ sku: Sku, price: Price, previous: nullable(Price), at: UtcTime, actor: Uuid });
export type PriceChange = Static<typeof PriceChange>;

export const PriceHistoryPage = Page(PriceChange);

export const PriceHistoryQuery = PagedQuery({ sku: Type.Optional(Sku) });
export type PriceHistoryQuery = Static<typeof PriceHistoryQuery>;
