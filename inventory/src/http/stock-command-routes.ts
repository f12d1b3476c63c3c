import { answerOnce, type Asked } from '@souk/chassis/service/answer-once';
import { storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { fieldsRefused, invalid, Problem, problem } from '@souk/chassis/web/problems/problem';
import { router } from '@souk/chassis/web/app/router';
import { type Principal, requireFreshSecondFactor } from '@souk/chassis/web/sign-in/principal';
import type { Engine } from '@souk/chassis/engine/engine';
import { newId } from '@souk/chassis/ids';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { AdjustStock, Movement as PublishedMovement, ReceiveStock, Transfer, TransferStock } from '@souk/contracts/http/inventory';
import { Sku } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { ON_HAND_LIMIT } from '../domain/move-by-hand.ts';
import type { Movement } from '../domain/move-stock.ts';
import type { InventoryCollections, InventoryReads } from '../storage/inventory-store.ts';
import { adjustStock, type MoveByHand, receiveStock, type StockAnswer, type StockCommand, transferStock } from '../usecases/move-stock.ts';
import { movementRepresentation, type SkuCheck, skuUnknown } from './stock-routes.ts';

const params = Type.Object({ sku: Sku });

interface StockCommandDeps {
  readonly reads: InventoryReads;
  readonly commands: Pick<Engine<InventoryCollections>, 'execute' | 'executeOnce'>;
  readonly toldByProduct: SkuCheck;
  /** stock is low with fewer free pieces than this */
  readonly lowThreshold: number;
  /** seconds for which a second-factor code is good; 0: none is asked for */
  readonly freshSecondFactorS: number;
}

/** Routes for staff: receive, correct and move stock. */
export function stockCommandRoutes({ lowThreshold, freshSecondFactorS, ...deps }: StockCommandDeps) {
  const run = runStockCommand(deps);
  const [receive, adjust, transfer] = [receiveStock(lowThreshold), adjustStock(lowThreshold), transferStock(lowThreshold)];
  return router()
    .post(
      '/stock/:sku/receipts',
      ({ body, ...asked }) => run(receive, { ...body, reason: body.reason ?? null }, asked, movementAnswer),
      {
        postponable: true,
        role: 'staff',
        idempotent: 'optional',
        refuses: ['warehouse-unknown', 'conflict', 'unavailable'],
        params,
        body: ReceiveStock,
        response: { 201: PublishedMovement },
        detail: { summary: 'Goods arrived; answers the movement' },
      },
    )
    .post(
      '/stock/:sku/adjustments',
      ({ body, ...asked }) => {
        requireFreshSecondFactor(asked.principal, freshSecondFactorS);
        if (body.quantity === 0) throw invalid('/quantity', 'must not be 0: fewer than 0 for pieces that are gone, more for pieces that were found');
        return run(adjust, body, asked, movementAnswer);
      },
      {
        postponable: true,
        role: 'staff',
        idempotent: 'optional',
        refuses: ['warehouse-unknown', 'insufficient-stock', 'conflict', 'unavailable', 'second-factor-stale'],
        params,
        body: AdjustStock,
        response: { 201: PublishedMovement },
        detail: { summary: 'More or fewer pieces are there than was thought; answers the movement' },
      },
    )
    .post(
      '/stock/:sku/transfers',
      ({ body, ...asked }) => {
        if (body.fromWarehouseId === body.toWarehouseId) throw invalid('/toWarehouseId', 'must be another warehouse than /fromWarehouseId');
        return run(transfer, { ...body, reason: body.reason ?? null }, asked, transferAnswer(body));
      },
      {
        role: 'staff',
        idempotent: 'optional',
        refuses: ['warehouse-unknown', 'insufficient-stock', 'conflict', 'unavailable'],
        params,
        body: TransferStock,
        response: { 201: Transfer },
        detail: { summary: 'Pieces go to another warehouse; answers both movements' },
      },
    );
}

/** The parts of a request that a route uses besides its body. */
interface AskedOfSku extends Asked {
  readonly params: { readonly sku: string };
  readonly principal: Principal;
}

/** Runs a person's command on the stock of a SKU, once per Idempotency-Key. */
function runStockCommand({ reads, commands, toldByProduct }: Omit<StockCommandDeps, 'lowThreshold' | 'freshSecondFactorS'>) {
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

/** Answers a command that makes one movement with that movement. */
function movementAnswer(answer: StockAnswer, sku: string): StoredAnswer | Problem {
  const movements = movementsOf(answer, sku, () => '/warehouseId');
  if (movements instanceof Problem) return movements;
  const [movement] = movements;
  if (movement === undefined) throw new Error('a command that moved stock made no movement');
  return storedAnswer(201, movementRepresentation(movement));
}

/** Answers a transfer with both of its movements. */
function transferAnswer({ fromWarehouseId }: { readonly fromWarehouseId: string }) {
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
