import { type Static, Type } from '@sinclair/typebox';
import { impersonal } from '../personal.ts';
import { closed, nullable, oneOf } from '../schema.ts';
import { UtcTime } from '../time.ts';

const Count = Type.Integer({ minimum: 0 });

/**
 * State of the last rebuild of the catalogue copy. `never`: there was none. `interrupted`: it has recorded no progress for 90 s, so its process
 * is gone; it may be started again. `skipped`: messages that cannot be read.
 */
export const CatalogueRebuildStatus = closed({
  status: oneOf('never', 'emptying', 'reading', 'done', 'failed', 'interrupted'),
  startedAt: nullable(UtcTime),
  updatedAt: nullable(UtcTime),
  messages: Count,
  total: Count,
  skipped: Count,
  failure: nullable(impersonal(Type.String())),
});
export type CatalogueRebuildStatus = Static<typeof CatalogueRebuildStatus>;
