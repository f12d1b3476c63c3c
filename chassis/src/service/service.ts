import type { ServiceName } from '@souk/contracts/services';
import type { Listening } from '../web/app/listen.ts';

/** A service as the process that runs it sees it. */
export interface Service {
  readonly name: ServiceName;
  /**
   * Takes its lane, begins to read its topics, opens its port. The schema must be up to date. Throws `LaneInUseError`, for one.
   * One that was rejected may be tried again.
   */
  start(): Promise<Pick<Listening, 'url' | 'address'> & Partial<Pick<Listening, 'opsAddress'>>>;
  /**
   * Resolves when it is to be closed: another process that is alive runs under its name, so it does nothing any more, or a setting
   * is wrong that takes longer to judge than a start.
   */
  readonly lost: Promise<Error>;
  /** Drains: no new requests, running ones end, the queue is settled, events are sent. Leaves store and log open: they are the caller's. */
  close(): Promise<void>;
}
