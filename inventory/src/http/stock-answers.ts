import { storedAnswer } from '@souk/chassis/web/app/idempotency';
import { fieldsRefused, problem } from '@souk/chassis/web/problems/problem';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { ON_HAND_LIMIT } from '../domain/move-by-hand.ts';
import type { Movement } from '../domain/movement.ts';
import type { StockAnswer } from '../usecases/move-stock.ts';
import { movementRepresentation } from './representations.ts';
import { skuUnknown } from './sku-check.ts';

/** Answers a command that makes one movement with that movement. */
export function movementAnswer(answer: StockAnswer, sku: string): StoredAnswer {
  const [movement] = movementsOf(answer, sku, () => '/warehouseId');
  if (movement === undefined) throw new Error('a command that moved stock made no movement');
  return storedAnswer(201, movementRepresentation(movement));
}

/** Answers a transfer with both of its movements. */
export function transferAnswer({ fromWarehouseId }: { readonly fromWarehouseId: string }) {
  const pointerOf = (id: string) => (id === fromWarehouseId ? '/fromWarehouseId' : '/toWarehouseId');
  return (answer: StockAnswer, sku: string): StoredAnswer =>
    storedAnswer(201, { movements: movementsOf(answer, sku, pointerOf).map(movementRepresentation) });
}

/** Throws a refusal as a problem. */
function movementsOf(answer: StockAnswer, sku: string, pointerOf: (warehouseId: string) => string): readonly Movement[] {
  switch (answer.kind) {
    case 'moved':
      return answer.movements;
    case 'warehouse-unknown':
      throw fieldsRefused(
        'warehouse-unknown',
        answer.warehouseIds.map((id) => ({ pointer: pointerOf(id), detail: `names ${id}, which is no warehouse` })),
        'GET /warehouses lists those there are',
      );
    case 'sku-unknown':
      throw skuUnknown(sku, 'make the product first, or correct the SKU in the path');
    case 'too-few':
      throw problem('insufficient-stock', { detail: `Only ${answer.free} pieces are there that no order holds: ask for no more.` });
    case 'too-much':
      throw problem('conflict', { detail: `A warehouse holds at most ${ON_HAND_LIMIT} pieces of a SKU: put some of them into another one.` });
    default:
      return answer satisfies never;
  }
}
