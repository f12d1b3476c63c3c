import type { Problem } from '@souk/contracts/problem';
import type { ServiceName } from '@souk/contracts/services';

/** An answer of a service, or why there is none: a problem document, also for a network failure (`urn:souk:problem:no-answer`). */
export type Answer<T> = { readonly ok: true; readonly value: T; readonly etag: string | null } | { readonly ok: false; readonly problem: Problem };

export interface Asking {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

const sessionEnds = new Set<() => void>();

/** Calls `listener` when an answer says that nobody is signed in any more. */
export function onSessionEnd(listener: () => void): void {
  sessionEnds.add(listener);
}

/** Longest wait for an answer, in milliseconds. */
const LIMIT_MS = 15_000;

/** Asks one service through the console's own origin. Never rejects. */
export function askService<T>(service: ServiceName, path: string, asking: Asking = {}): Promise<Answer<T>> {
  return ask(`/api/${service}${path}`, asking);
}

/** Asks the console itself. Never rejects. */
export async function ask<T>(path: string, { method = 'GET', query = {}, body, headers = {}, signal }: Asking = {}): Promise<Answer<T>> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  const url = parameters.size === 0 ? path : `${path}?${parameters}`;
  const limit = AbortSignal.timeout(LIMIT_MS);
  try {
    const answer = await fetch(url, {
      method,
      headers: { ...headers, 'x-souk-console': '1', ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const text = await answer.text();
    // At /session a 401 is about the words that were just typed.
    if (answer.status === 401 && !path.startsWith('/session')) for (const end of sessionEnds) end();
    const value: unknown = text === '' ? null : JSON.parse(text);
    // The services' documents say what their answers hold; tests hold them to that.
    return answer.ok ? { ok: true, value: value as T, etag: answer.headers.get('etag') } : { ok: false, problem: value as Problem };
  } catch (error) {
    return { ok: false, problem: noAnswer(error) };
  }
}

/** True when the service says that there is no such thing any more. The console answers 404 as well, for a path that it does not pass on: nothing was asked then. */
export function isGone({ status, instance }: Problem): boolean {
  return status === 404 && instance?.startsWith('/api/') !== true;
}

function noAnswer(error: unknown): Problem {
  const why = error instanceof Error ? error.message : String(error);
  const detail = `The console does not answer (${why}): try again in a moment.`;
  return { type: 'urn:souk:problem:no-answer', title: 'No answer', status: 503, detail, requestId: '' };
}
