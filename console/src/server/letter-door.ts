import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Value } from '@sinclair/typebox/value';
import type { DeadLetterStatus } from '@souk/contracts/http/ops';
import type { ServiceName } from '@souk/contracts/services';
import type { RedriveFilter } from '../redrive.ts';
import type { FoundLetter, LetterResult } from './redrive-run.ts';
import { bodyAtMost, jsonIn, ServiceAwayError, type Services } from './services.ts';
import type { ConsoleSession } from './sessions.ts';

/** Letters of one campaign, and letters that are looked at to find them. */
const LETTERS_LIMIT = 1000;
const LOOKED_AT_LIMIT = 10_000;
const PAGE_LETTERS = 100;
/** Characters of a key that a service can search for. */
const LONGEST_KEY = 255;
const ANSWER_LIMIT = 16 * 1024 * 1024;
/** Tries of one request while its service is away or has too much to do, and milliseconds between two. */
const TRIES = 5;
const PAUSE_MS = 1000;
/** A service that has too much to do, or is about to stop, has done nothing; a proxy that does not reach it knows nothing. */
const AGAIN: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The parts of the answers that are read here. Open, because a service of a later version may say more. */
const Letters = Type.Object({
  items: Type.Array(Type.Object({ id: Type.String(), key: Type.String(), topic: Type.String(), cause: Type.String(), group: Type.Optional(Type.String()) })),
  nextCursor: Type.Union([Type.String(), Type.Null()]),
});
type Letters = Static<typeof Letters>;
const Resolved = Type.Object({ kind: Type.String(), resolution: Type.Union([Type.String(), Type.Null()]) });
const Trial = Type.Object({
  outcome: Type.Union([Type.Literal('applied'), Type.Literal('already_applied'), Type.Literal('sent'), Type.Literal('fails')]),
  cause: Type.Union([Type.String(), Type.Null()]),
});
const Refusal = Type.Object({ detail: Type.String() });

type Outcome = Pick<LetterResult, 'outcome' | 'cause'>;

/** A service's dead letters, with the rights of one operator; nothing is asked once `signal` is aborted. */
export interface Redriving {
  readonly session: ConsoleSession;
  readonly service: ServiceName;
  readonly signal: AbortSignal;
}

/** The dead letters of a service. All throw SessionOverError, LetterUnreachableError, and the reason of the signal. */
export interface LetterDoor {
  /** Those that are still dead, oldest first: the newest 1,000 of them. */
  find(at: Redriving, filter: RedriveFilter): Promise<readonly FoundLetter[]>;
  redrive(at: Redriving, letter: FoundLetter): Promise<Outcome>;
  /** The outcome that `redrive` would have now. */
  tryOut(at: Redriving, letter: FoundLetter): Promise<Outcome>;
}

/** A service did not answer as agreed, so nothing is known of its letters. The message is for people. */
export class LetterUnreachableError extends Error {
  readonly code = 'letter-unreachable';
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LetterUnreachableError';
  }
}

interface Answered {
  readonly status: number;
  readonly value: unknown;
}

/** Nothing came of it yet: it is asked again. */
interface Unanswered {
  readonly because: string;
}

interface Asked {
  readonly method?: 'GET' | 'POST';
  readonly path: string;
  readonly search?: string;
}

export function letterDoor(services: Pick<Services, 'askAs'>, pauseMs = PAUSE_MS): LetterDoor {
  async function answerOnce({ session, service }: Redriving, asked: Asked): Promise<Answered | Unanswered> {
    try {
      const answer = await services.askAs(session, { service, ...asked });
      const body = await bodyAtMost(service, answer, ANSWER_LIMIT);
      if (body === undefined) throw new LetterUnreachableError(`${service} answered more than ${ANSWER_LIMIT} bytes.`);
      const value = jsonIn(body);
      return AGAIN.has(answer.status) ? { because: `${service} answered ${answer.status}: ${detailOf(value)}` } : { status: answer.status, value };
    } catch (error) {
      if (error instanceof ServiceAwayError) return { because: `${error.service} does not answer.` };
      throw error;
    }
  }

  /** A request that was lost on the way may have been done: it is sent again, and the service answers that the letter is resolved. */
  async function answerOf(at: Redriving, asked: Asked): Promise<Answered> {
    for (let tries = 1; ; tries += 1) {
      at.signal.throwIfAborted();
      const answer = await answerOnce(at, asked);
      if ('status' in answer) return answer;
      if (tries >= TRIES) throw new LetterUnreachableError(answer.because);
      await Bun.sleep(pauseMs);
    }
  }

  async function pageOf(at: Redriving, filter: Readonly<Record<string, string>>, cursor: string | null): Promise<Letters> {
    const parameters = new URLSearchParams({ status: 'dead', limit: String(PAGE_LETTERS), ...filter, ...(cursor !== null && { cursor }) });
    const { status, value } = await answerOf(at, { path: '/ops/dead-letters', search: `?${parameters.toString()}` });
    if (status !== 200) throw refusedBy(at, status, value);
    return agreed(at, Letters, value);
  }

  async function hasStatus(at: Redriving, { id, topic, key }: FoundLetter, status: DeadLetterStatus['status']): Promise<boolean> {
    let cursor: string | null = null;
    do {
      const page: Letters = await pageOf(at, { status, topic, ...(key.length > 0 && key.length <= LONGEST_KEY && { key }) }, cursor);
      if (page.items.some((letter) => letter.id === id)) return true;
      cursor = page.nextCursor;
    } while (cursor !== null);
    return false;
  }

  /** The outcome of a letter that was refused: it has failed again, unless somebody else has resolved it. */
  async function outcomeOf(at: Redriving, letter: FoundLetter): Promise<LetterResult['outcome']> {
    if (await hasStatus(at, letter, 'dead')) return 'failed';
    return (await hasStatus(at, letter, 'discarded')) ? 'discarded' : 'already_applied';
  }

  async function post<S extends TSchema>(at: Redriving, letter: FoundLetter, { verb, schema }: { verb: 'redrive' | 'try'; schema: S }): Promise<Answer<S>> {
    const { status, value } = await answerOf(at, { method: 'POST', path: `/ops/dead-letters/${encodeURIComponent(letter.id)}/${verb}` });
    if (status === 200) return { kind: 'done', value: agreed(at, schema, value) };
    if (status === 404) return { kind: 'refused', outcome: 'already_applied', cause: 'The letter is not there any more.' };
    if (status !== 409) throw refusedBy(at, status, value);
    return { kind: 'refused', outcome: await outcomeOf(at, letter), cause: detailOf(value) };
  }

  return {
    async find(at, { group, ...filter }) {
      const found: FoundLetter[] = [];
      let looked = 0;
      let cursor: string | null = null;
      do {
        const page: Letters = await pageOf(at, filter, cursor);
        const wanted = page.items.filter((letter) => group === undefined || letter.group === group);
        found.push(...wanted.map(({ id, key, topic, cause }) => ({ id, key, topic, cause })));
        looked += page.items.length;
        cursor = page.nextCursor;
      } while (cursor !== null && found.length < LETTERS_LIMIT && looked < LOOKED_AT_LIMIT);
      return found.slice(0, LETTERS_LIMIT).toReversed();
    },
    async redrive(at, letter) {
      const answer = await post(at, letter, { verb: 'redrive', schema: Resolved });
      if (answer.kind === 'refused') return answer;
      const { resolution, kind } = answer.value;
      if (resolution === 'applied' || resolution === 'already_applied' || resolution === 'sent') return { outcome: resolution, cause: null };
      return { outcome: kind === 'unsent' ? 'sent' : 'applied', cause: null };
    },
    async tryOut(at, letter) {
      const answer = await post(at, letter, { verb: 'try', schema: Trial });
      if (answer.kind === 'refused') return answer;
      const { outcome, cause } = answer.value;
      return { outcome: outcome === 'fails' ? 'failed' : outcome, cause };
    },
  };
}

type Answer<S extends TSchema> = { readonly kind: 'done'; readonly value: Static<S> } | ({ readonly kind: 'refused' } & Outcome);

function agreed<S extends TSchema>({ service }: Redriving, schema: S, value: unknown): Static<S> {
  if (!Value.Check(schema, value)) throw new LetterUnreachableError(`${service} answered in another form than agreed: are both of one version?`);
  return value;
}

function refusedBy({ service }: Redriving, status: number, value: unknown): LetterUnreachableError {
  return new LetterUnreachableError(`${service} answered ${status}: ${detailOf(value)}`);
}

function detailOf(value: unknown): string {
  return Value.Check(Refusal, value) ? value.detail : 'it did not say why.';
}
