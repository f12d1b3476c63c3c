/** Time limit of a query, kept by the server; without it the driver would stop waiting while the server went on. */
export const LIMIT = { maxTimeMS: 5000 } as const;
