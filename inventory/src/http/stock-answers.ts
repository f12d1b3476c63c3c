import { storedAnswer } from '@souk/chassis/web/app/idempotency';
import { fieldsRefused, Problem, problem } from '@souk/chassis/web/problems/problem';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { ON_HAND_LIMIT } from '../domain/move-by-hand.ts';
import type { Movement } from '../domain/movement.ts';
import type { StockAnswer } from '../usecases/move-by-hand.ts';
import { movementRepresentation } from './representations.ts';
import { skuUnknown } from './sku-check.ts';

/** Answers a command that makes one movement with that movement. */
export function movementAnswer(answer: StockAnswer, sku: string): StoredAnswer | Problem {
  const movements = movementsOf(answer, sku, () => '/warehouseId');
  if (movements instanceof Problem) return movements;
  const [movement] = movements;
  if (movement === undefined) throw new Error('a command that moved stock made no movement');
  return storedAnswer(201, movementRepresentation(movement));
}

/** Answers a transfer with both of its movements. */
export function transferAnswer({ fromWarehouseId }: { readonly fromWarehouseId: string }) {
  const pointerOf = (id: string) => (id === fromWarehouseId ? '/fromWarehouseId' : '/toWarehouseId');
  return (answer: StockAnswer, sku: string): StoredAnswer | Problem => {
    const movements = movementsOf(answer, sku, pointerOf);
    return movements instanceof Problem ? movements : storedAnswer(201, { movements: movements.map(movementRepresentation) });
  };
}

/** The movements, or the problem of a refusal. */
function movementsOf(answer: StockAnswer, sku: string, pointerOf: (warehouseId: string) => string): readonly Movement[] | Problem {
  switch (answer.kind) {
    case 'moved':
      return answer.movements;
    case 'warehouse-unknown':
      return fieldsRefused(
        'warehouse-unknown',
        answer.warehouseIds.map((id) => ({ pointer: pointerOf(id), detail: `names ${id}, which is no warehouse` })),
        'GET /warehouses lists those there are',
      );
    case 'sku-unknown':
      return skuUnknown(sku, 'make the product first, or correct the SKU in the path');
    case 'too-few':
      return problem('insufficient-stock', { detail: `Only ${answer.free} pieces are there that no order holds: ask for no more.` });
    case 'too-much':
      return problem('conflict', { detail: `A warehouse holds at most ${ON_HAND_LIMIT} pieces of a SKU: put some of them into another one.` });
    default:
      return answer satisfies never;
  }
}
