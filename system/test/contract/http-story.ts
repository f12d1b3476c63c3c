import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HttpFile, readHttpFile, type WrittenRequest } from './http-file.ts';

export interface TakenStep {
  readonly request: WrittenRequest;
  /** As it was asked for, with everything filled in. */
  readonly url: string;
  readonly status: number;
  readonly text: string;
}

interface Named {
  readonly headers: Headers;
  readonly body: unknown;
}

/** A stream of an order goes on until the order has ended. */
const LIMIT_MS = 30_000;
/** This one goes on and on: its reader leaves after the first event. */
const ENDLESS = '/ops/stream';
const PLACEHOLDER = /\{\{([^{}]+)\}\}/g;

/**
 * Sends the requests of a file one after the other, as its reader would.
 * `given` takes the place of the file's own variables; `env` is what `$processEnv` finds.
 */
export async function* playHttpFile(
  path: string,
  given: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): AsyncGenerator<TakenStep> {
  const file = readHttpFile(path.slice(path.lastIndexOf('/') + 1), readFileSync(path, 'utf8'));
  const answers = new Map<string, Named>();
  for (const request of file.requests) {
    const filled = (text: string) => fill(text, request, { file, answers, given, env });
    const url = filled(request.url);
    const response = await fetch(url, {
      method: request.method,
      signal: AbortSignal.timeout(LIMIT_MS),
      headers: Object.fromEntries(request.headers.map(([name, value]) => [name, filled(value)])),
      ...bodyOf(request, dirname(path), filled),
    });
    const text = url.endsWith(ENDLESS) ? await firstEvent(response) : await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    if (request.name !== undefined) answers.set(request.name, { headers: response.headers, body: isJson ? JSON.parse(text) : undefined });
    yield { request, url, status: response.status, text };
  }
}

async function firstEvent({ body }: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes('\n\n')) break;
  }
  return text;
}

function bodyOf({ body }: WrittenRequest, folder: string, filled: (text: string) => string) {
  if (body === undefined) return {};
  return { body: typeof body === 'string' ? filled(body) : readFileSync(join(folder, body.file)) };
}

interface Known {
  readonly file: HttpFile;
  readonly answers: ReadonlyMap<string, Named>;
  readonly given: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

function fill(text: string, request: WrittenRequest, known: Known): string {
  return text.replaceAll(PLACEHOLDER, (whole, inside: string) => {
    const value = valueOf(inside, known);
    if (value === undefined) throw new Error(`${request.at}: nothing is known of ${whole}`);
    return fill(value, request, known);
  });
}

function valueOf(inside: string, { file, answers, given, env }: Known): string | undefined {
  if (inside === '$guid') return randomUUID();
  if (inside.startsWith('$processEnv ')) return env[inside.slice('$processEnv '.length)];
  const [name = '', , part, ...rest] = inside.split('.');
  if (!inside.includes('.response.')) return given[inside] ?? file.variables.get(inside);
  const answer = answers.get(name);
  if (part === 'headers') return answer?.headers.get(rest.join('.')) ?? undefined;
  return textAt(answer?.body, rest.join('.'));
}

/** `$.items[0].id` */
function textAt(body: unknown, path: string): string | undefined {
  const steps = path.match(/[^.[\]$]+/g) ?? [];
  const found = steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], body);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
}
