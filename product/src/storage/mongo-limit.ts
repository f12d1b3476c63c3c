/** The server ends what takes longer; without it the driver would stop waiting, and the server go on. */
export const LIMIT = { maxTimeMS: 5000 } as const;
