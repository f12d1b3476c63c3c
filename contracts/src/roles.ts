import type { Static } from '@sinclair/typebox';
import { oneOf } from './schema.ts';

/** Everybody is a customer; admin includes staff. */
export const Role = oneOf('customer', 'staff', 'admin');
export type Role = Static<typeof Role>;
