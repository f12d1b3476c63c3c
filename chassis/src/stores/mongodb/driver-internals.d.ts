/** The inner module that `mongo-database.ts` corrects; the driver has no types for it. */
declare module 'mongodb/lib/cmap/connection_pool.js' {
  export class ConnectionPool {
    minPoolSizeTimer: ReturnType<typeof setTimeout> | undefined;
    ensureMinPoolSize(): void;
  }
}
