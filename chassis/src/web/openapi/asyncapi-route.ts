import { asyncApiDocument } from '@souk/contracts/asyncapi';
import type { ServiceName } from '@souk/contracts/services';
import { router } from '../app/router.ts';

/** What this service sends and receives, as AsyncAPI 3.0. */
export function asyncApiRoute(service: ServiceName) {
  let document: object | undefined;
  // Made when somebody wants it, because a start should not have to wait for it.
  return router().get('/asyncapi.json', () => (document ??= asyncApiDocument([service])), {
    detail: {
      summary: 'The events of this service',
      responses: { 200: { description: 'AsyncAPI 3.0', content: { 'application/json': {} } } },
    },
  });
}
