import { ConnectionPool } from 'mongodb/lib/cmap/connection_pool.js';

/**
 * A correction of the driver 7.9.0, made once per process when this file is imported: each pool checks ten times a second
 * whether it has its minimum of connections, which is none here, and whether one is too old. Once a second is enough.
 */
const LOOK_EVERY_MS = 1000;

const { ensureMinPoolSize } = ConnectionPool.prototype;
ConnectionPool.prototype.ensureMinPoolSize = function (this: ConnectionPool): void {
  const before = this.minPoolSizeTimer;
  ensureMinPoolSize.call(this);
  // A pool that is not ready checks again when it is.
  if (this.minPoolSizeTimer === undefined || this.minPoolSizeTimer === before) return;
  clearTimeout(this.minPoolSizeTimer);
  this.minPoolSizeTimer = setTimeout(() => this.ensureMinPoolSize(), LOOK_EVERY_MS);
};
