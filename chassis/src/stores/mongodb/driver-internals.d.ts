/** The inner module that `driver-corrections.ts` changes; the driver has no types for it. */
declare module 'mongodb/lib/cmap/connection_pool.js' {
  export class ConnectionPool {
    minPoolSizeTimer: ReturnType<typeof setTimeout> | undefined;
    ensureMinPoolSize(): void;
  }
}
