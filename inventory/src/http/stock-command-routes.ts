import { invalid } from '@souk/chassis/web/problems/problem';
import { router } from '@souk/chassis/web/app/router';
import { requireFreshSecondFactor } from '@souk/chassis/web/sign-in/principal';
import { AdjustStock, Movement, ReceiveStock, Transfer, TransferStock } from '@souk/contracts/http/inventory';
import { Sku } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { adjustStock } from '../usecases/adjust-stock.ts';
import { receiveStock } from '../usecases/receive-stock.ts';
import { transferStock } from '../usecases/transfer-stock.ts';
import { runStockCommand, type StockCommandDeps } from './run-stock-command.ts';
import { movementAnswer, transferAnswer } from './stock-answers.ts';

const params = Type.Object({ sku: Sku });

interface StockCommandRouteDeps extends StockCommandDeps {
  /** stock is low with fewer free pieces than this */
  readonly lowThreshold: number;
  /** seconds for which a second-factor code is good; 0: none is asked for */
  readonly freshSecondFactorS: number;
}

/** Routes for staff: receive, correct and move stock. */
export function stockCommandRoutes({ lowThreshold, freshSecondFactorS, ...deps }: StockCommandRouteDeps) {
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
        response: { 201: Movement },
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
        response: { 201: Movement },
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
