import { idPages, rowsWithin } from '@souk/chassis/web/paging';
import { problem } from '@souk/chassis/web/problems/problem';
import { tellAbout } from '@souk/chassis/web/app/request-facts';
import { router } from '@souk/chassis/web/app/router';
import { MovementPage, MovementQuery, Reservation as PublishedReservation } from '@souk/contracts/http/inventory';
import { LONGEST_REASON, Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import type { InventoryReads } from '../storage/inventory-store.ts';
import { movementRepresentation, reservationRepresentation } from './representations.ts';

const movements = idPages('movements', rowsWithin(LONGEST_REASON));

/** Routes for staff: stock movements, and pieces held for orders. */
export function ledgerRoutes(reads: InventoryReads) {
  return router()
    .get('/movements', ({ query, request }) => {
      if (query.orderId !== undefined) tellAbout(request, { orderId: query.orderId });
      return movements(query, movementRepresentation, (slice) => reads.movements(query, slice));
    }, {
      role: 'staff',
      query: MovementQuery,
      response: { 200: MovementPage },
      detail: { summary: 'The ledger, newest first' },
    })
    .get(
      '/reservations/:orderId',
      async ({ params }) => {
        const reservation = await reads.reservation(params.orderId);
        if (reservation === undefined) throw problem('not-found', { detail: 'Nothing is or was held for such an order: check its id.' });
        return reservationRepresentation(reservation);
      },
      {
        role: 'staff',
        params: Type.Object({ orderId: Uuid }),
        response: { 200: PublishedReservation },
        detail: { summary: 'What is, or was, held for an order' },
      },
    );
}
