import type { DocumentCollection } from '@souk/chassis/stores/mongodb/document-collection';
import { Category } from '@souk/contracts/http/product';
import { closed } from '@souk/contracts/schema';
import { type Static, Type } from '@sinclair/typebox';
import { type CategoryTree, type CategoryUse, TREE } from '../domain/category.ts';

const Version = Type.Integer({ minimum: 1 });

export const CategoryTreeDocument = closed({
  _id: Type.Literal(TREE),
  version: Version,
  categories: Type.Array(closed({ ...Category.properties, version: Version })),
});
export type CategoryTreeDocument = Static<typeof CategoryTreeDocument>;

export const CategoryUseDocument = closed({
  _id: Category.properties.id,
  products: Type.Integer({ minimum: 0 }),
});
type CategoryUseDocument = Static<typeof CategoryUseDocument>;

export const categoryTreeDocuments: DocumentCollection<CategoryTree> = {
  collection: 'categoryTrees',
  keyField: '_id',
  key: ({ id }) => id,
  toDocument: ({ id, ...rest }) => ({ ...rest, _id: id }),
  fromDocument: (document) => [treeFromDocument(document as CategoryTreeDocument)],
};

export function treeFromDocument({ _id: id, version, categories }: CategoryTreeDocument): CategoryTree {
  return { id, version, categories };
}

export const categoryUseDocuments: DocumentCollection<CategoryUse> = {
  collection: 'categoryUse',
  keyField: '_id',
  key: ({ categoryId }) => categoryId,
  toDocument: ({ categoryId, products }) => ({ _id: categoryId, products }),
  fromDocument: (document) => {
    const { _id: categoryId, products } = document as CategoryUseDocument;
    return [{ categoryId, products }];
  },
};
