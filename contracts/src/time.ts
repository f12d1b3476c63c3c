import { type Static, Type } from '@sinclair/typebox';
import './formats.ts';

/** RFC 3339 in UTC. In memory and in SQL times are epoch milliseconds; this is their form in JSON. */
export const UtcTime = Type.String({ format: 'date-time' });
export type UtcTime = Static<typeof UtcTime>;
