import { asyncApiDocument } from '@souk/contracts/asyncapi';
import type { ServiceName } from '@souk/contracts/services';
import { router } from '../app/router.ts';

/** The messages that this service sends and receives, as AsyncAPI 3.0. */
export function asyncApiRoute(service: ServiceName) {
  let document: object | undefined;
  // Made on first use, so that start-up does not wait for it.
  return router().get('/asyncapi.json', () => (document ??= asyncApiDocument([service])), {
    detail: {
      summary: 'The events of this service',
      responses: { 200: { description: 'AsyncAPI 3.0', content: { 'application/json': {} } } },
    },
  });
}
