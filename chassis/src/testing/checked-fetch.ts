import type { Service } from '../service/create-service.ts';
import { type AnswerRules, answerRules } from './answer-rules.ts';

/** Services of one kind serve the same document: it is compiled once. */
const compiled = new Map<string, AnswerRules>();

/**
 * Asks a service without a socket. As with sockets (`check-every-answer.ts`), an answer that the service's OpenAPI document
 * forbids fails the test.
 */
export function checkedFetch({ fetch: ask }: Pick<Service, 'fetch'>): Service['fetch'] {
  let rules: Promise<AnswerRules> | undefined;
  return async (request, address) => {
    const { method, url } = request;
    const { origin, pathname } = new URL(url);
    const response = await ask(request, address);
    const { status, headers } = response;
    const copy = /json/.test(headers.get('content-type') ?? '') ? response.clone() : undefined;
    const isAllowed = await (rules ??= rulesOf(() => ask(new Request(`${origin}/openapi.json`))));
    const wrong = await isAllowed({ method, path: pathname, status, headers, text: async () => (await copy?.text()) ?? '' });
    if (wrong !== undefined) throw new Error(`${method} ${pathname} answered ${status}, which its OpenAPI document forbids: ${wrong}`);
    return response;
  };
}

async function rulesOf(askDocument: () => Promise<Response>): Promise<AnswerRules> {
  const text = await (await askDocument()).text();
  const rules = compiled.get(text) ?? answerRules(JSON.parse(text) as Record<string, unknown>);
  compiled.set(text, rules);
  return rules;
}
