/** Products with two variants or more. Only what a query says in the very words of an index counts as being in it. */
export const SEVERAL_VARIANTS = { 'variants.1': { $exists: true } };
