import type { DecisionContext } from '@souk/chassis/engine/writer/use-case';
import type { Move } from '../domain/move-stock.ts';
import type { Movement } from '../domain/movement.ts';

/** Turns moves into rows of the ledger. */
export function ledgerRows(
  moves: readonly Move[],
  cause: Pick<Movement, 'reference' | 'eventId' | 'actor'>,
  { now, newId }: DecisionContext,
): readonly Movement[] {
  return moves.map((move) => ({ ...move, ...cause, id: newId(), at: now }));
}
