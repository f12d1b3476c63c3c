import { router } from '@souk/chassis/web/app/router';
import { SagaDescription } from '@souk/contracts/http/order';
import type { Deadlines } from '../domain/order.ts';
import { describeSaga } from '../domain/saga-description.ts';

/** Serves a description of the saga, for drawing or checking it. */
export function sagaRoutes(deadlines: Deadlines, limits: Deadlines) {
  const description = describeSaga(deadlines, limits);
  return router().get('/saga', () => description, {
    maybeSignedIn: true,
    response: { 200: SagaDescription },
    detail: { summary: 'States and steps of an order, made from the table that runs' },
  });
}
