import { type Problem, problem } from '@souk/chassis/http/problem';
import { CATEGORIES_LIMIT, CATEGORY_LEVELS } from '@souk/contracts/http/category';
import type { Category } from '../domain/category.ts';
import type { CategoryAnswer, CategoryRefusal } from '../usecases/category-answer.ts';

/** The category of an answer; a refusal is thrown as the problem that callers see. */
export function acceptedCategory(answer: CategoryAnswer): Category {
  if (answer.kind === 'done') return answer.category;
  throw refused(answer.kind);
}

const PARENT = '/parentId';

function refused(kind: CategoryRefusal['kind']): Problem {
  switch (kind) {
    case 'no-such-category':
      return problem('not-found');
    case 'parent-unknown':
      return problem('category-unknown', { errors: [{ pointer: PARENT, detail: 'is no category' }] });
    case 'category-cycle':
      return problem('category-cycle', { errors: [{ pointer: PARENT, detail: 'lies below the category itself' }] });
    case 'too-deep':
      return problem('validation', { errors: [{ pointer: PARENT, detail: `leads below level ${CATEGORY_LEVELS}` }] });
    case 'category-slug-taken':
      return problem('slug-taken', { errors: [{ pointer: '/slug', detail: 'belongs to another category' }] });
    case 'too-many-categories':
      return problem('conflict', { detail: `There are at most ${CATEGORIES_LIMIT} categories.` });
    case 'category-in-use':
      return problem('category-in-use');
    default:
      return kind satisfies never;
  }
}
