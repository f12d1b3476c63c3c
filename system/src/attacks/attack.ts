import type { ServiceName } from '@souk/contracts/services';
import type { Target } from './attack-target.ts';

/** One way to do harm from outside, as somebody without rights or with those of a customer. */
export interface Attack {
  /** The row of the audit that it stands for. */
  readonly row: string;
  readonly title: string;
  /** The service whose honest callers are watched meanwhile. */
  readonly service: ServiceName;
  /** Carries it out, bounded in count and time; answers what went wrong, a sentence each. None: the shop held. */
  run(target: Target): Promise<readonly string[]>;
}

interface Question {
  readonly method?: string;
  readonly token?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

const ANSWER_LIMIT_MS = 20_000;

/** One request whose answer is looked at, whatever it is. Rejects after 20 s without one. */
export async function ask(url: string, { method, token, body, headers }: Question = {}): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(url, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}
