import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { CreateCategory } from '@souk/contracts/http/product';
import { EMPTY_TREE, TREE } from '../domain/category.ts';
import { addCategory } from '../domain/change-categories.ts';
import type { ProductCollections } from '../storage/product-store.ts';
import { type CategoryAnswer, changeOfTree } from './category-answer.ts';

interface CreateRequest {
  readonly asked: CreateCategory;
  readonly actor: string;
}

export const createCategory: UseCase<ProductCollections, CreateRequest, CategoryAnswer> = {
  name: 'create category',
  keys: () => ({ categoryTrees: [TREE] }),
  decide({ asked, actor }, world, { newId }) {
    return changeOfTree(addCategory(world.get('categoryTrees', TREE) ?? EMPTY_TREE, asked, newId()), actor);
  },
};
