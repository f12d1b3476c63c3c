import { Product as PublishedProduct, ProductImage as PublishedImage, Variant as PublishedVariant } from '@souk/contracts/http/product';
import { closed } from '@souk/contracts/schema';
import { KeptName } from '@souk/contracts/strings';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { IMAGES_LIMIT } from '../domain/product-image.ts';
import { VARIANTS_LIMIT } from '../domain/product.ts';

/**
 * A map whose names users choose, stored as a list. As a document it would not come back as it was: the driver turns one
 * with `$ref` and `$id` into a reference (DBRef), and refuses one with `_bsontype`.
 */
const Entries = Type.Array(closed({ name: Type.String(), value: KeptName }));

const EpochMs = Type.Integer({ minimum: 0 });

const { id, slug, title, description, status, categoryIds, version } = PublishedProduct.properties;
const { alt, width, height, contentType } = PublishedImage.properties;
const { sku, price } = PublishedVariant.properties;

/** A `SortPosition`. MongoDB compares it as one value, `key` first: a page starts with a single index seek. */
function position<Key extends TSchema>(key: Key) {
  return closed({ key, id });
}

/** A product in MongoDB: its data, and the fields that it is searched and sorted by. */
export const ProductDocument = closed({
  _id: id,
  slug,
  title,
  description,
  status,
  categoryIds,
  attributes: Entries,
  variants: Type.Array(closed({ sku, options: Entries, price }), { minItems: 1, maxItems: VARIANTS_LIMIT }),
  images: Type.Array(closed({ id, alt, width, height, contentType }), { maxItems: IMAGES_LIMIT }),
  version,
  createdAt: EpochMs,
  updatedAt: EpochMs,
  searchText: Type.String(),
  /** `gramsOf` the text, each written in letters and digits only, so that the text index takes each as one word */
  searchGrams: Type.String(),
  /** True when its variants differ in price. Absent in documents of an earlier version. */
  pricesDiffer: Type.Optional(Type.Boolean()),
  positions: closed({
    title: position(Type.String()),
    price: position(price.properties.amount),
    newest: position(EpochMs),
  }),
});
export type ProductDocument = Static<typeof ProductDocument>;
