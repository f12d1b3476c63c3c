import { Type } from '@sinclair/typebox';
import { Product, Variant } from '../http/product.ts';
import { ProductImage } from '../http/product-image.ts';
import { Sku, Uuid } from '../ids.ts';
import { open } from '../schema.ts';
import { EventMoney } from './money.ts';

const EventVariant = Type.Object({ ...Variant.properties, price: EventMoney });

/**
 * The whole product as it is after the change; a copy keeps the highest `version` it has seen. Events older than categories and images have none. An
 * image is only described; its bytes are at its `url`.
 */
const wholeProduct = {
  productId: Uuid,
  version: Type.Integer({ minimum: 1 }),
  product: Type.Object({
    ...open(Product).properties,
    variants: Type.Array(EventVariant, { minItems: 1 }),
    categoryIds: Type.Optional(Type.Array(Uuid)),
    images: Type.Optional(Type.Array(open(ProductImage))),
  }),
};

export const ProductCreated = Type.Object(wholeProduct);
export const ProductUpdated = Type.Object(wholeProduct);
/** Description, attributes, options and images are empty when the product is near the size limit of an event. */
export const ProductArchived = Type.Object(wholeProduct);

export const ProductPriceChanged = Type.Object({
  ...wholeProduct,
  sku: Sku,
  oldPrice: EventMoney,
  newPrice: EventMoney,
});
