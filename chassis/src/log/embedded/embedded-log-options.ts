import type { HandlerFailure } from '../handler-failures.ts';
import type { Synchronous } from './log-database.ts';
import type { TopicDeclaration } from '../topic.ts';

export interface EmbeddedLogOptions {
  /** The SQLite file; `<path>.lock` beside it keeps a second process out. */
  readonly path: string;
  readonly topics: readonly TopicDeclaration[];
  /** FULL: what a send resolved for survives a power cut. NORMAL: it survives a crash of the process only. */
  readonly synchronous?: Synchronous;
  /** How long a handler may run on after its signal fired. */
  readonly handlerLimitMs?: number;
  /** Epoch milliseconds, for the messages' timestamps. */
  readonly now?: () => number;
  /** Told each time a handler rejects; the messages come again in any case. */
  readonly onHandlerFailure?: (failure: HandlerFailure) => void;
}
