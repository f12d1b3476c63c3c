import type { NewNote } from '@souk/chassis/engine/writer/use-case';
import type { Category } from '../domain/category.ts';
import type { TreeChange } from '../domain/change-categories.ts';
import type { ProductDecisionOf } from './change-of-product.ts';

export type CategoryRefusal =
  | Exclude<TreeChange, { kind: 'changed' | 'unchanged' }>
  | { readonly kind: 'no-such-category' | 'category-in-use' };

export type CategoryAnswer = { readonly kind: 'done'; readonly category: Category } | CategoryRefusal;

/** The decision on a change of the tree: the new tree, and a note for each category that has changed. */
export function changeOfTree(change: TreeChange, actor: string): ProductDecisionOf<CategoryAnswer> {
  switch (change.kind) {
    case 'unchanged':
      return { answer: { kind: 'done', category: change.category } };
    case 'changed':
      return {
        answer: { kind: 'done', category: change.category },
        puts: { categoryTrees: [change.tree] },
        events: change.changed.map((category) => noteOf('category.changed', category, actor)),
      };
    default:
      return { answer: change };
  }
}

/** An entry of the history that is not published. */
export function noteOf(note: 'category.changed' | 'category.deleted', category: Category, actor: string): NewNote {
  const { id, version, ...rest } = category;
  return { note, key: id, stream: id, version, context: { actor, ...rest } };
}
