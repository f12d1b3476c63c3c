import type { DocumentCollection } from '@souk/chassis/mongodb/document-collection';
import { PriceChange as PublishedPriceChange } from '@souk/contracts/http/product';
import { Uuid } from '@souk/contracts/ids';
import { closed } from '@souk/contracts/schema';
import { type Static, Type } from '@sinclair/typebox';
import type { PriceChange } from '../domain/price-change.ts';

const { sku, price, previous, actor } = PublishedPriceChange.properties;

export const PriceDocument = closed({
  _id: Type.String(),
  productId: Uuid,
  version: Type.Integer({ minimum: 1 }),
  sku,
  price,
  previous,
  at: Type.Integer({ minimum: 0 }),
  actor,
});
export type PriceDocument = Static<typeof PriceDocument>;

/** Only ever added, and never looked at by a decision. */
export const priceDocuments: DocumentCollection<PriceChange> = {
  collection: 'priceChanges',
  keyField: '_id',
  key: ({ productId, version, sku: of }) => `${productId} ${version} ${of}`,
  toDocument: (change) => ({ ...change, _id: priceDocuments.key(change) }),
  fromDocument: (document) => [priceFromDocument(document as PriceDocument)],
};

export function priceFromDocument(document: PriceDocument): PriceChange {
  const { productId, version, sku: of, price: now, previous: before, at, actor: by } = document;
  return { productId, version, sku: of, price: now, previous: before, at, actor: by };
}
