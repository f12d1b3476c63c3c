import type { Service } from '@souk/chassis/service/create-service';
import { type AnswerRules, answerRules } from '@souk/chassis/testing/answer-rules';

/** A URL needs an origin; nobody listens at this one. */
const ORIGIN = 'http://product.test';

/** Compiled once: all services of a test run serve the same document. */
let rules: Promise<AnswerRules> | undefined;

/**
 * Asks a service without a socket. As with sockets (`check-every-answer.ts`), an answer that the service's OpenAPI document
 * forbids fails the test.
 */
export function checkedFetch({ fetch: ask }: Pick<Service, 'fetch'>): (path: string, init?: RequestInit) => Promise<Response> {
  const rulesOfDocument = async () => answerRules((await (await ask(new Request(`${ORIGIN}/openapi.json`))).json()) as Record<string, unknown>);
  return async (path, init) => {
    const request = new Request(`${ORIGIN}${path}`, init);
    const { method, url } = request;
    const response = await ask(request);
    const { status, headers } = response;
    const copy = /json/.test(headers.get('content-type') ?? '') ? response.clone() : undefined;
    const isAllowed = await (rules ??= rulesOfDocument());
    const wrong = await isAllowed({ method, path: new URL(url).pathname, status, headers, text: async () => (await copy?.text()) ?? '' });
    if (wrong !== undefined) throw new Error(`${method} ${path} answered ${status}, which its OpenAPI document forbids: ${wrong}`);
    return response;
  };
}
