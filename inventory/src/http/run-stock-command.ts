import { answerOnce, type Asked } from '@souk/chassis/service/answer-once';
import type { Problem } from '@souk/chassis/web/problems/problem';
import type { Principal } from '@souk/chassis/web/sign-in/principal';
import { newId } from '@souk/chassis/ids';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import type { InventoryReads } from '../storage/inventory-store.ts';
import type { MoveByHand, StockAnswer, StockCommand } from '../usecases/move-by-hand.ts';
import type { Commands } from './commands.ts';
import type { SkuCheck } from './sku-check.ts';

export interface StockCommandDeps {
  readonly reads: InventoryReads;
  readonly commands: Commands;
  readonly toldByProduct: SkuCheck;
}

/** The parts of a request that a route uses besides its body. */
interface AskedOfSku extends Asked {
  readonly params: { readonly sku: string };
  readonly principal: Principal;
}

/** Runs a person's command on the stock of a SKU, once per Idempotency-Key. */
export function runStockCommand({ reads, commands, toldByProduct }: StockCommandDeps) {
  return async <Said extends Pick<StockCommand, 'reason'>>(
    useCase: MoveByHand<Said & StockCommand>,
    said: Said,
    { params: { sku }, principal, idempotency, request }: AskedOfSku,
    render: (answer: StockAnswer, sku: string) => StoredAnswer | Problem,
  ): Promise<Response> => {
    const told = (await reads.catalogued(sku)) === undefined ? await toldByProduct(sku, request, true) : null;
    const command = { ...said, id: newId(), sku, actor: principal.userId, toldByProduct: told };
    return answerOnce(commands, useCase, command, { idempotency, request }, (answer) => render(answer, sku));
  };
}
