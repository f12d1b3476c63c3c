import type { DocumentCollection } from '@souk/chassis/mongodb/document-collection';
import type { Binary } from 'mongodb';
import type { ImageBytes } from '../domain/product-image.ts';

export interface ImageDocument {
  readonly _id: string;
  readonly productId: string;
  readonly bytes: Binary;
}

/**
 * One document for each image: 5 MB fit into one (16 MB), and it is written in the transaction that writes the product and
 * its event. GridFS takes no part in transactions (its chunks are there before the product names them, or after it is gone).
 */
export const imageDocuments: DocumentCollection<ImageBytes> = {
  collection: 'imageBytes',
  keyField: '_id',
  key: ({ id }) => id,
  toDocument: ({ id, productId, bytes }) => ({ _id: id, productId, bytes }),
  fromDocument: (document) => [imageFromDocument(document as ImageDocument)],
};

export function imageFromDocument({ _id: id, productId, bytes }: ImageDocument): ImageBytes {
  return { id, productId, bytes: bytes.value() };
}
