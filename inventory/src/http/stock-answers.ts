import { storedAnswer } from '@souk/chassis/http/idempotency';
import { problem } from '@souk/chassis/http/problem';
import type { StoredAnswer } from '@souk/chassis/writer/kept-answer';
import { ON_HAND_LIMIT } from '../domain/move-by-hand.ts';
import type { Movement } from '../domain/movement.ts';
import type { StockAnswer } from '../usecases/move-by-hand.ts';
import { publishedMovement } from './published.ts';

/** A command that makes one movement is answered with it. */
export function movementAnswer(answer: StockAnswer): StoredAnswer {
  const [movement] = movementsOf(answer, () => '/warehouseId');
  if (movement === undefined) throw new Error('a command that moved stock made no movement');
  return storedAnswer(201, publishedMovement(movement));
}

/** A transfer is answered with both of its movements. */
export function transferAnswer({ fromWarehouseId }: { readonly fromWarehouseId: string }) {
  const pointerOf = (id: string) => (id === fromWarehouseId ? '/fromWarehouseId' : '/toWarehouseId');
  return (answer: StockAnswer): StoredAnswer =>
    storedAnswer(201, { movements: movementsOf(answer, pointerOf).map(publishedMovement) });
}

/** Throws the problem of a refusal. */
function movementsOf(answer: StockAnswer, pointerOf: (warehouseId: string) => string): readonly Movement[] {
  switch (answer.kind) {
    case 'moved':
      return answer.movements;
    case 'warehouse-unknown':
      throw problem('warehouse-unknown', {
        errors: answer.warehouseIds.map((id) => ({ pointer: pointerOf(id), detail: 'is not a warehouse of ours' })),
      });
    case 'sku-unknown':
      throw problem('not-found');
    case 'too-few':
      throw problem('insufficient-stock', { detail: `Only ${answer.free} pieces are there that no order holds.` });
    case 'too-much':
      throw problem('conflict', { detail: `A warehouse holds at most ${ON_HAND_LIMIT} pieces of a SKU.` });
    default:
      return answer satisfies never;
  }
}
