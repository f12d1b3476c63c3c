import { answerOnce } from '@souk/chassis/service/answer-once';
import { entityTag, requireIfMatch, storedAnswer } from '@souk/chassis/web/app/conditional-requests';
import { idPages } from '@souk/chassis/web/paging';
import { NotModified, router } from '@souk/chassis/web/app/router';
import { type Problem, problem } from '@souk/chassis/web/problems/problem';
import { causeOf } from '@souk/chassis/web/app/request-facts';
import type { Engine } from '@souk/chassis/engine/engine';
import type { StoredAnswer } from '@souk/chassis/stored-answer';
import { ListQuery } from '@souk/contracts/paging';
import {
  CreateWarehouse,
  PatchWarehouse,
  Warehouse as PublishedWarehouse,
  WarehousePage,
} from '@souk/contracts/http/inventory';
import { Uuid } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';
import { type Warehouse, WAREHOUSE_LIMIT } from '../domain/warehouse.ts';
import type { InventoryCollections, InventoryReads } from '../storage/inventory-store.ts';
import { changeWarehouse, type Opened, openWarehouse } from '../usecases/change-warehouses.ts';

const ById = Type.Object({ id: Uuid });
const warehouses = idPages('warehouses');

/** Routes for staff: see and change the warehouses. */
export function warehouseRoutes(reads: InventoryReads, commands: Pick<Engine<InventoryCollections>, 'execute' | 'executeOnce'>) {
  return router()
    .get('/warehouses', ({ query }) => warehouses(query, warehouseRepresentation, reads.warehouses), {
      role: 'staff',
      query: ListQuery,
      response: { 200: WarehousePage },
      detail: { summary: 'Warehouses, newest first' },
    })
    .get(
      '/warehouses/:id',
      async ({ params, set }) => {
        const warehouse = await reads.warehouse(params.id);
        if (warehouse === undefined) throw noSuchWarehouse();
        set.headers['etag'] = entityTag(warehouse.version);
        return warehouseRepresentation(warehouse);
      },
      {
        role: 'staff',
        params: ById,
        response: { 200: PublishedWarehouse, 304: NotModified },
        detail: { summary: 'One warehouse' },
      },
    )
    .post(
      '/warehouses',
      ({ body: { name, priority, active = true }, ...request }) =>
        answerOnce(commands, openWarehouse, { name, priority, active }, request, opened),
      {
        role: 'staff',
        idempotent: 'optional',
        refuses: ['conflict'],
        body: CreateWarehouse,
        response: { 201: PublishedWarehouse },
        detail: { summary: 'Open a warehouse' },
      },
    )
    .patch(
      '/warehouses/:id',
      async ({ body, params, request, set }) => {
        const asked = {
          id: params.id,
          patch: body,
          requireVersion: (version: number) => requireIfMatch(request, version),
        };
        const answer = await commands.execute(changeWarehouse, asked, causeOf(request));
        if (answer.kind === 'unknown') throw noSuchWarehouse();
        set.headers['etag'] = entityTag(answer.warehouse.version);
        return warehouseRepresentation(answer.warehouse);
      },
      {
        role: 'staff',
        refuses: ['precondition-required', 'precondition-failed'],
        params: ById,
        body: PatchWarehouse,
        response: { 200: PublishedWarehouse },
        detail: { summary: 'Change a warehouse (JSON merge patch); a deactivated one serves no new orders' },
      },
    );
}

function noSuchWarehouse() {
  return problem('not-found', { detail: 'There is no such warehouse: GET /warehouses lists those there are.' });
}

function opened(answer: Opened): StoredAnswer | Problem {
  if (answer.kind === 'too-many')
    return problem('conflict', { detail: `There are ${WAREHOUSE_LIMIT} warehouses already: change one that is not needed.` });
  const { id, version } = answer.warehouse;
  return storedAnswer(201, warehouseRepresentation(answer.warehouse), {
    etag: entityTag(version),
    location: `/warehouses/${id}`,
  });
}

function warehouseRepresentation({ id, name, priority, active }: Warehouse): PublishedWarehouse {
  return { id, name, priority, active };
}
