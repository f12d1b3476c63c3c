import { fieldsRefused, type Problem, problem } from '@souk/chassis/web/problems/problem';
import type { Product } from '../domain/product.ts';
import type { Answer, Refusal } from '../usecases/answer.ts';
import { noSuchProduct } from './visible.ts';

/** The product of an answer; throws a refusal as the problem that callers see. */
export function accepted(answer: Answer): Product {
  if (answer.kind === 'done') return answer.product;
  throw refused(answer);
}

export function refused(refusal: Refusal): Problem {
  switch (refusal.kind) {
    case 'product-unknown':
      return noSuchProduct();
    case 'invalid':
      return fieldsRefused('validation', refusal.errors);
    case 'sku-taken':
      return refusal.errors.length > 0
        ? fieldsRefused('sku-taken', refusal.errors, 'choose another SKU')
        : problem('sku-taken', { detail: 'The SKU in the path belongs to another product: choose another one.' });
    case 'slug-taken':
      return fieldsRefused('slug-taken', [{ pointer: '/slug', detail: 'belongs to another product' }], 'choose another one');
    case 'category-unknown':
      return fieldsRefused('category-unknown', refusal.errors, 'GET /categories lists those there are');
    case 'too-many-variants':
      return problem('conflict', { detail: 'A product has at most 100 variants: make another product for more.' });
    default:
      return refusal satisfies never;
  }
}
