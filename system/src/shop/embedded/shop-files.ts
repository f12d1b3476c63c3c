import { join } from 'node:path';
import type { ServiceName } from '@souk/contracts/services';

/** Files of an embedded shop: a database per service, the log, the simulated gateway's own books, the accounts. */
export interface ShopFiles {
  readonly databases: Readonly<Record<ServiceName, string>>;
  readonly log: string;
  readonly gateway: string;
  /** The accounts of the first admin and of the customer of the stories. */
  readonly accounts: string;
  /** Folder of the mails, written as files: there is no server to take them. */
  readonly mails: string;
}

export function shopFiles(folder: string): ShopFiles {
  const database = (service: ServiceName) => join(folder, `${service}.db`);
  return {
    databases: {
      product: database('product'),
      inventory: database('inventory'),
      order: database('order'),
      payment: database('payment'),
      user: database('user'),
    },
    log: join(folder, 'log.db'),
    gateway: join(folder, 'gateway.db'),
    accounts: join(folder, 'accounts.json'),
    mails: join(folder, 'mail'),
  };
}
