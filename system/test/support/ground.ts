import type { Environment } from '@souk/chassis/service/config';
import type { LogMessage } from '@souk/chassis/log/event-log';
import type { Account } from '../../src/shop/embedded/accounts.ts';
import type { ServiceUrls } from '../../src/shop/shop-client.ts';
import type { ShopRecords } from '../../src/verify/shop-records.ts';
import type { KeptRows } from './kept-rows.ts';
import { WITHOUT_LIMITS } from '../../src/shop/limit-settings.ts';

interface RunningShop {
  readonly urls: ServiceUrls;
  stop(): Promise<void>;
}

/** A shop outside of this process. */
export interface ShopApart extends RunningShop {
  /** kill -9 to all of it; nothing when it has ended. */
  kill(): Promise<void>;
}

/** The SQL databases of a shop, and the gateway's own. */
export type Books = 'order' | 'inventory' | 'payment' | 'gateway';

/** A test asks as often as it likes. */
export const UNLIMITED: Environment = WITHOUT_LIMITS;

/** A place for one shop on one set of engines: empty at first, and gone with all that was kept there when it is disposed of. */
export interface Ground extends AsyncDisposable {
  readonly admin: Account;
  readonly records: ShopRecords;
  /** Everything in the services' databases. */
  kept(): Promise<readonly KeptRows[]>;
  /** What `npm run verify` needs to find it. */
  readonly verifyParameters: readonly string[];
  start(env: Environment): Promise<RunningShop>;
  startApart(env: Environment): Promise<ShopApart>;
  /** Whether others may write to the log of a shop that runs. */
  readonly takesMessagesWhileRunning: boolean;
  /** Puts messages at the end of the log, as a relay would. */
  append(messages: readonly LogMessage[]): Promise<void>;
  /** Writes to a stopped shop's tables; answers how many rows the statement changed. */
  execute(books: Books, sql: string): Promise<number>;
  /** A table's columns without those that the server computes, which nobody may write. */
  writtenColumns(books: Books, table: string): Promise<readonly string[]>;
}
