import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { AskedPrice, Price } from '../money.ts';
import { Page, PagedQuery, QueryInteger } from '../paging.ts';
import { closed, impersonal, nullable, oneOf } from '../schema.ts';
import { FreeText, KeptFreeText, KeptName, Name, NOT_IN_A_LINE, Sku, Slug, UtcTime, Uuid, VISIBLE } from '../strings.ts';

export const ImageType = oneOf('image/png', 'image/jpeg', 'image/webp', 'image/gif');
export type ImageType = Static<typeof ImageType>;

/** Text that stands in for the image where it cannot be seen. */
const AltText = impersonal(Type.String({ ...FreeText, maxLength: 500 }));
const KeptAltText = impersonal(Type.String({ ...KeptFreeText, maxLength: 500 }));

const ImagePosition = Type.Integer({ minimum: 0, maximum: 19 });
const Pixels = Type.Integer({ minimum: 1 });

/** `url` is relative to the service; the bytes behind it never change. The first image has position 0. */
export const ProductImage = closed({
  id: Uuid,
  url: impersonal(Type.String()),
  alt: KeptAltText,
  position: ImagePosition,
  width: Pixels,
  height: Pixels,
  contentType: ImageType,
});
export type ProductImage = Static<typeof ProductImage>;

/** Fields that come with the image in an upload. */
export const WithImage = closed({ alt: Type.Optional(AltText) });

/** JSON merge patch. Moving an image shifts those between its old and its new place. */
export const PatchProductImage = closed({
  alt: Type.Optional(nullable(AltText)),
  position: Type.Optional(ImagePosition),
});
export type PatchProductImage = Static<typeof PatchProductImage>;

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

/** Depth of the tree, counted from a category at the top (1). */
export const CATEGORY_LEVELS = 6;
export const CATEGORIES_LIMIT = 1000;

const CategoryPosition = Type.Integer({ minimum: 0, maximum: CATEGORIES_LIMIT - 1 });

/** `parentId` is null at the top; `position` counts from 0 among the children of one parent. */
export const Category = closed({ id: Uuid, name: impersonal(KeptName), slug: Slug, parentId: nullable(Uuid), position: CategoryPosition });
export type Category = Static<typeof Category>;

export interface CategoryNode extends Category {
  children: CategoryNode[];
}

/** Written out level by level: a recursive schema does not survive the conversion to OpenAPI. */
function nodeAt(level: number): TSchema {
  const children = level === CATEGORY_LEVELS ? Type.Array(Type.Never(), { maxItems: 0 }) : Type.Array(nodeAt(level + 1));
  return closed({ ...Category.properties, children });
}

/** The whole tree, in order; not paged. */
export const CategoryTree = closed({ items: Type.Array(Type.Unsafe<CategoryNode>(nodeAt(1))) });

/** Without `slug` one is made from the name, without `position` it comes last. */
export const CreateCategory = closed({
  name: impersonal(Name),
  slug: Type.Optional(Slug),
  parentId: Type.Optional(nullable(Uuid)),
  position: Type.Optional(CategoryPosition),
});
export type CreateCategory = Static<typeof CreateCategory>;

/** `parentId` moves the category with all that is below it; null moves it to the top. */
export const PatchCategory = closed({
  name: Type.Optional(impersonal(Name)),
  slug: Type.Optional(Slug),
  parentId: Type.Optional(nullable(Uuid)),
  position: Type.Optional(CategoryPosition),
});
export type PatchCategory = Static<typeof PatchCategory>;
