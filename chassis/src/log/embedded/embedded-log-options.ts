import type { HandlerFailure } from '../handler-failures.ts';
import type { Synchronous } from './log-file.ts';
import type { TopicDeclaration } from '../topic.ts';

export interface EmbeddedLogOptions {
  /** The SQLite file; `<path>.lock` beside it keeps a second process out. */
  readonly path: string;
  readonly topics: readonly TopicDeclaration[];
  /** FULL: a resolved send survives a power cut. NORMAL: it survives only a crash of the process. */
  readonly synchronous?: Synchronous;
  /** Time a handler may go on running after its signal has fired. */
  readonly handlerLimitMs?: number;
  /** Epoch milliseconds, for the messages' timestamps. */
  readonly now?: () => number;
  /** Called each time a handler rejects; the messages are delivered again in any case. */
  readonly onHandlerFailure?: (failure: HandlerFailure) => void;
}
