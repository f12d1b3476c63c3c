import { afterAll } from 'bun:test';
import { type AnswerRules, answerRules, type GivenAnswer } from './answer-rules.ts';
import { isPlainObject } from '../web/json-values.ts';

const ask = globalThis.fetch;

interface Served {
  readonly text: string;
  readonly rules: AnswerRules;
}

/** By origin; a port may belong to another service later. */
const served = new Map<string, Served>();
/** Services of one kind serve the same document: it is compiled once. */
const compiled = new Map<string, AnswerRules>();
const forbidden: string[] = [];

async function servedBy(origin: string): Promise<Served | undefined> {
  const response = await ask(`${origin}/openapi.json`).catch(() => undefined);
  const text = response?.ok === true ? await response.text() : undefined;
  if (text === undefined) return undefined;
  let rules = compiled.get(text);
  if (rules === undefined) {
    const document: unknown = JSON.parse(text);
    if (!isPlainObject(document)) return undefined;
    rules = answerRules(document);
    compiled.set(text, rules);
  }
  return { text, rules };
}

/** undefined: nothing is wrong, or it cannot be checked because the service is gone. */
async function wrongWith(origin: string, answer: GivenAnswer): Promise<string | undefined> {
  const known = served.get(origin);
  const wrong = await known?.rules(answer);
  if (known !== undefined && wrong === undefined) return undefined;
  const now = await servedBy(origin);
  if (now === undefined) return undefined;
  served.set(origin, now);
  return now.text === known?.text ? wrong : now.rules(answer);
}

async function checkedFetch(input: Parameters<typeof ask>[0], init?: Parameters<typeof ask>[1]): Promise<Response> {
  const response = await ask(input, init);
  // Every answer of ours has both headers; those of stand-ins that tests make do not.
  if (!response.headers.has('x-request-id') || !response.headers.has('traceparent')) return response;
  const { origin, pathname } = new URL(response.url);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  const copy = /json/.test(response.headers.get('content-type') ?? '') ? response.clone() : undefined;
  let text: Promise<string> | undefined;
  const { status, headers } = response;
  const answer = { method: method.toUpperCase(), path: pathname, status, headers, text: () => (text ??= copy?.text() ?? Promise.resolve('')) };
  const wrong = await wrongWith(origin, answer);
  await answer.text();
  if (wrong === undefined) return response;
  const message = `${answer.method} ${pathname} answered ${status}, which its OpenAPI document forbids: ${wrong}`;
  forbidden.push(message);
  throw new Error(message);
}

/**
 * Preloaded by a package's `bunfig.toml`: every HTTP answer that a test gets from one of the five services is checked against
 * the OpenAPI document that the service serves. An answer that the document forbids fails the test.
 */
globalThis.fetch = Object.assign(checkedFetch, { preconnect: ask.preconnect });

afterAll(() => {
  if (forbidden.length > 0) throw new Error(`answers that OpenAPI documents forbid:\n${[...new Set(forbidden)].join('\n')}`);
});
