import { fieldsRefused, type Problem, problem } from '@souk/chassis/web/problems/problem';
import { CATEGORIES_LIMIT, CATEGORY_LEVELS } from '@souk/contracts/http/category';
import type { Category } from '../domain/category.ts';
import type { CategoryAnswer, CategoryRefusal } from '../usecases/category-answer.ts';

/** The category of an answer; throws a refusal as the problem that callers see. */
export function acceptedCategory(answer: CategoryAnswer): Category {
  if (answer.kind === 'done') return answer.category;
  throw categoryRefused(answer.kind);
}

export function noSuchCategory(): Problem {
  return problem('not-found', { detail: 'There is no such category: GET /categories lists those there are.' });
}

const PARENT = '/parentId';

export function categoryRefused(kind: CategoryRefusal['kind']): Problem {
  switch (kind) {
    case 'no-such-category':
      return noSuchCategory();
    case 'parent-unknown':
      return fieldsRefused('category-unknown', [{ pointer: PARENT, detail: 'is no category' }], 'GET /categories lists those there are');
    case 'category-cycle':
      return fieldsRefused('category-cycle', [{ pointer: PARENT, detail: 'lies below the category itself' }], 'choose another one');
    case 'too-deep':
      return fieldsRefused('validation', [{ pointer: PARENT, detail: `leads below level ${CATEGORY_LEVELS}` }], 'choose one further up');
    case 'category-slug-taken':
      return fieldsRefused('slug-taken', [{ pointer: '/slug', detail: 'belongs to another category' }], 'choose another one');
    case 'too-many-categories':
      return problem('conflict', { detail: `There are at most ${CATEGORIES_LIMIT} categories: remove one first.` });
    case 'category-in-use':
      return problem('category-in-use', { detail: 'Categories or products are in it: move or remove them first.' });
    default:
      return kind satisfies never;
  }
}
