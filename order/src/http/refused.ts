import { problem, type Problem } from '@souk/chassis/http/problem';
import type { PlacementRefusal } from '../domain/place-order.ts';

/** Why an order was not placed, as callers see it. */
export function refused(refusal: PlacementRefusal): Problem {
  switch (refusal.code) {
    case 'sku-repeated':
      return problem('validation', { errors: atSkus(refusal.lines, 'stands in another line already') });
    case 'sku-unknown':
      return problem('sku-unknown', { errors: atSkus(refusal.lines, 'is not known') });
    case 'sku-inactive':
      return problem('sku-inactive', { errors: atSkus(refusal.lines, 'is not on sale') });
    case 'mixed-currencies':
      return problem('mixed-currencies', { errors: atSkus(refusal.lines, 'has another currency than the first line') });
    case 'total-changed':
      return problem('total-changed', { extension: { total: refusal.total } });
    default:
      return refusal satisfies never;
  }
}

function atSkus(lines: readonly number[], detail: string) {
  return lines.map((line) => ({ pointer: `/items/${line}/sku`, detail }));
}
