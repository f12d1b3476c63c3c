import { asyncApiDocument } from '@souk/contracts/asyncapi';
import type { ServiceName } from '@souk/contracts/services';
import { router } from './router.ts';

/** What this service sends and receives, as AsyncAPI 3.0. */
export function asyncApiRoute(service: ServiceName) {
  const document = asyncApiDocument([service]);
  return router().get('/asyncapi.json', () => document, { detail: { summary: 'The events of this service' } });
}
