import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Uuid } from '../ids.ts';
import { impersonal } from '../personal.ts';
import { closed, nullable } from '../schema.ts';
import { KeptName, Name } from '../text.ts';
import { Slug } from './slug.ts';

/** Depth of the tree, counted from a category at the top (1). */
export const CATEGORY_LEVELS = 6;
export const CATEGORIES_LIMIT = 1000;

const Position = Type.Integer({ minimum: 0, maximum: CATEGORIES_LIMIT - 1 });

/** `parentId` is null at the top; `position` counts from 0 among the children of one parent. */
export const Category = closed({ id: Uuid, name: impersonal(KeptName), slug: Slug, parentId: nullable(Uuid), position: Position });
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
  position: Type.Optional(Position),
});
export type CreateCategory = Static<typeof CreateCategory>;

/** `parentId` moves the category with all that is below it; null moves it to the top. */
export const PatchCategory = closed({
  name: Type.Optional(impersonal(Name)),
  slug: Type.Optional(Slug),
  parentId: Type.Optional(nullable(Uuid)),
  position: Type.Optional(Position),
});
export type PatchCategory = Static<typeof PatchCategory>;
