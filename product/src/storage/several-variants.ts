/** Products with two variants or more. A partial index serves only queries that repeat its filter literally. */
export const SEVERAL_VARIANTS = { 'variants.1': { $exists: true } };
