import type { ServiceName } from '@souk/contracts/services';
import type { Listening } from '../web/app/listen.ts';

/** A service as the process that runs it sees it. */
export interface Service {
  readonly name: ServiceName;
  /**
   * The HTTP application without a socket, between `start` and `close`; with operators' routes unless they have a port of their
   * own. `address` is the caller's, for limits by address; without it all callers count as one. Never rejects.
   */
  fetch(request: Request, address?: string): Promise<Response>;
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
