import type { ServiceName } from '@souk/contracts/services';

/** Actions allowed on MongoDB, in every collection of a service's own database. A serving process creates no collection, index, validator or user. */
export const SERVING_ACTIONS = ['find', 'insert', 'update', 'remove'] as const;

/** Tables that Order renames to replace the catalogue copy in use by a fresh one (`exchangeSteps`). */
const EXCHANGED: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  order: ['catalogue', 'catalogue_fresh', 'catalogue_exchanged', 'catalogue_products', 'catalogue_products_fresh', 'catalogue_products_exchanged'],
};

/**
 * Grants on MySQL that a serving process needs in its own database: for rows, and for Order to rename six tables. `to` is an
 * account with its host.
 */
export function servingGrants(service: ServiceName, database: string, to: string): readonly string[] {
  const tables = EXCHANGED[service] ?? [];
  return [
    `grant select, insert, update, delete on \`${database}\`.* to ${to}`,
    // MySQL grants rights on a table that does not exist yet if CREATE is one of them.
    ...tables.map((table) => `grant alter, create, drop on \`${database}\`.\`${table}\` to ${to}`),
  ];
}
