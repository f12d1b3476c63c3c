import type { ServiceName } from '@souk/contracts/services';

/** On MongoDB, in every collection of its own database. A serving process makes no collection, index or validator, and no user. */
export const SERVING_ACTIONS = ['find', 'insert', 'update', 'remove'] as const;

/** Order's fresh copy of the catalogue takes the place of the one in use by the names of its tables (`exchangeSteps`). */
const EXCHANGED: Readonly<Partial<Record<ServiceName, readonly string[]>>> = {
  order: ['catalogue', 'catalogue_fresh', 'catalogue_exchanged', 'catalogue_products', 'catalogue_products_fresh', 'catalogue_products_exchanged'],
};

/**
 * On MySQL, what the user of a serving process needs in its own database: rows, and for Order the names of six tables. `to` is an
 * account with its host.
 */
export function servingGrants(service: ServiceName, database: string, to: string): readonly string[] {
  const tables = EXCHANGED[service] ?? [];
  return [
    `grant select, insert, update, delete on \`${database}\`.* to ${to}`,
    // MySQL grants rights on a table that is not there yet if CREATE is one of them.
    ...tables.map((table) => `grant alter, create, drop on \`${database}\`.\`${table}\` to ${to}`),
  ];
}
