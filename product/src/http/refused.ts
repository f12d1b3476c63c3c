import { type Problem, problem } from '@souk/chassis/http/problem';
import type { Product } from '../domain/product.ts';
import type { Answer, Refusal } from '../usecases/answer.ts';

/** The product of an answer; a refusal is thrown as the problem that callers see. */
export function accepted(answer: Answer): Product {
  if (answer.kind === 'done') return answer.product;
  throw refused(answer);
}

export function refused(refusal: Refusal): Problem {
  switch (refusal.kind) {
    case 'product-unknown':
      return problem('not-found');
    case 'invalid':
      return problem('validation', { errors: refusal.errors });
    case 'sku-taken':
      return problem('sku-taken', refusal.errors.length > 0 ? { errors: refusal.errors } : {});
    case 'slug-taken':
      return problem('slug-taken', { errors: [{ pointer: '/slug', detail: 'belongs to another product' }] });
    case 'category-unknown':
      return problem('category-unknown', { errors: refusal.errors });
    case 'too-many-variants':
      return problem('conflict', { detail: 'A product has at most 100 variants.' });
    default:
      return refusal satisfies never;
  }
}
