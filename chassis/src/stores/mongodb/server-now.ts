/** The server's clock in epoch milliseconds, as an expression; `now` of every decision. */
export const SERVER_NOW = { $toLong: '$$NOW' } as const;
