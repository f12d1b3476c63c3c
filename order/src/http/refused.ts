import { fieldsRefused, problem, type Problem } from '@souk/chassis/web/problems/problem';
import { formatMoney } from '@souk/contracts/money';
import type { OrderItem } from '@souk/contracts/saga';
import type { PlacementRefusal } from '../domain/place-order.ts';

/** The problem that tells callers why an order of these items was not placed. */
export function refused(refusal: PlacementRefusal, items: readonly OrderItem[]): Problem {
  const because = (lines: readonly number[], why: string) =>
    lines.map((line) => ({ pointer: `/items/${line}/sku`, detail: `names ${items[line]?.sku}, ${why}` }));
  switch (refusal.code) {
    case 'sku-repeated':
      return fieldsRefused('validation', because(refusal.lines, 'which stands in another line already'), 'say each SKU once, with all of its pieces');
    case 'sku-unknown':
      return fieldsRefused('sku-unknown', because(refusal.lines, 'which no product has'), 'order what GET /products of the catalogue lists');
    case 'sku-inactive':
      return fieldsRefused('sku-inactive', because(refusal.lines, 'which is not on sale'), 'leave it out, or order it when it is');
    case 'mixed-currencies':
      return fieldsRefused('mixed-currencies', because(refusal.lines, 'whose price has another currency than the first line'), 'order it apart');
    case 'total-changed':
      return problem('total-changed', {
        detail: `The order would cost ${formatMoney(refusal.total)}, which is not the expectedTotal: show that, and send it when it is fine.`,
        extension: { total: refusal.total },
      });
    case 'open-orders-limit':
      return problem('open-orders-limit', {
        detail: `You have ${refusal.has} orders that are open, or that ended unpaid a short while ago, and may have ${refusal.limit}: pay for one of them or wait, then send this again.`,
      });
    case 'pieces-on-hold-limit':
      return problem('pieces-on-hold-limit', {
        detail: `The ${refusal.asked} pieces of /items and ${refusal.has} in your orders that are open, or that ended unpaid a short while ago, are more than the ${refusal.limit} you may have: order fewer, or send this again when one of them has ended.`,
      });
    default:
      return refusal satisfies never;
  }
}
