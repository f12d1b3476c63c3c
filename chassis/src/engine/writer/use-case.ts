import type { Topic, EventData } from '@souk/contracts/topics';
import type { AnswerForm } from './answer-key.ts';
import type { Cause } from '../../cause.ts';

/**
 * The state of a service: collection name -> entity. An entity is the unit of decision (an order with its lines, the stock of
 * one SKU over all warehouses); its layout in rows is the store's matter.
 */
export type Collections = { readonly [name: string]: object };

export type Keys<C> = { readonly [N in keyof C]?: readonly string[] };
export type Entities<C> = { readonly [N in keyof C]?: readonly C[N][] };

/** The entities a batch has loaded, with the changes of the inputs decided before. */
export interface World<C> {
  /** undefined: there is no such entity. Asking for a key that no input of the batch named is a defect and throws. */
  get<N extends keyof C & string>(collection: N, key: string): C[N] | undefined;
}

/** All that a decision may know besides its input and the world. */
export interface DecisionContext {
  /** The database's clock, epoch milliseconds; the same for a whole batch. */
  readonly now: number;
  /** The cause of the input. The row of a task, or of any other work that continues later, has to keep it. */
  readonly cause: Cause;
  /** The form in which this database keeps answers to Idempotency-Keys. */
  readonly answerForm: AnswerForm;
  /** A new UUIDv7. */
  newId(): string;
}

/** An event to be appended in the same transaction; the writer adds id, time, causation and place in the lane. */
export type NewEvent = { [T in Topic]: NewEventOf<T> }[Topic];

export interface NewEventOf<T extends Topic> {
  readonly type: T;
  /** Message key; messages of one key keep their order. */
  readonly key: string;
  /** The aggregate to whose history the event belongs, and its version after it: 1..n without gaps. */
  readonly stream: string;
  readonly version: number;
  readonly data: EventData<T>;
  /** Fields of the history besides the data (from, to, why); not sent. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** A history entry that is not sent to the log: a fact that no other service needs. */
export interface NewNote {
  readonly note: string;
  readonly key: string;
  readonly stream: string;
  readonly version: number;
  readonly context?: Readonly<Record<string, unknown>>;
}

export interface Decision<C, Answer, Task = never> {
  readonly answer: Answer;
  /** Entities as they are after this decision, new or changed. */
  readonly puts?: Entities<C>;
  readonly removes?: Keys<C>;
  readonly events?: readonly (NewEvent | NewNote)[];
  /** The cause of the events, if it is not the input's: the end of a task has the cause of its beginning. */
  readonly cause?: Cause;
  /** Work outside of the database, started after the commit. Its row must be among the puts: tasks do not survive a crash. */
  readonly tasks?: readonly Task[];
  /** "Cannot happen if every service is right": the message becomes a dead letter with this cause, and nothing else happens. */
  readonly anomaly?: string;
}

/**
 * One operation that a caller, a message, a gateway result or a deadline can request. `decide` is pure; when it throws, only
 * this input fails and nothing of it is applied. It checks every rule itself: the database's constraints see only the last
 * state of a batch and are there to catch a defect.
 */
export interface UseCase<C, Input, Answer, Task = never> {
  readonly name: string;
  /** It takes on new work, so it comes after all waiting inputs of work taken on before. */
  readonly canWait?: boolean;
  /** Entities to load and lock before deciding. */
  keys(input: Input): Keys<C>;
  /** Entities whose keys are known only once the first ones are loaded (loaded in a second packet). */
  moreKeys?(input: Input, world: World<C>): Keys<C>;
  decide(input: Input, world: World<C>, context: DecisionContext): Decision<C, Answer, Task>;
}
