import type { ServiceName } from '@souk/contracts/services';
import type { Listening } from '../web/app/listen.ts';

/** A service as the process that runs it sees it. */
export interface Service {
  readonly name: ServiceName;
  /**
   * The whole HTTP application without a socket, operators' routes included. Reads need only a schema that is up to date; changes
   * are carried out between `start` and `close`. Never rejects.
   */
  fetch(request: Request): Promise<Response>;
  /**
   * Takes its lane, starts reading its topics, opens its port. The schema must be up to date. Throws `LaneInUseError`, among
   * others. May be called again after a rejection.
   */
  start(): Promise<Pick<Listening, 'url' | 'address'> & Partial<Pick<Listening, 'opsAddress'>>>;
  /**
   * Resolves when the service is to be closed: another live process runs under its name, so it does nothing any more, or a
   * setting is wrong that takes longer to check than a start.
   */
  readonly lost: Promise<Error>;
  /**
   * Drains: no new requests, running ones end, the queue is settled, events are sent. Leaves store and log open: they belong to
   * the caller.
   */
  close(): Promise<void>;
}
