import { problem } from './problem.ts';

/** What a route says that takes its body as it came: signed texts, files. */
export interface RawBody {
  readonly maxBytes: number;
  /** Media types without parameters, in small letters. */
  readonly types: readonly string[];
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly detail?: object };
}

const bodies = new WeakMap<Request, Uint8Array>();

/** Which routes take their body raw. `routes` is asked once, when the first request has come. */
export function rawBodies(routes: () => readonly Route[]): (method: string, route: string) => RawBody | undefined {
  let known: ReadonlyMap<string, RawBody> | undefined;
  return (method, route) => {
    known ??= new Map(routes().flatMap(({ method: of, path, hooks: { detail = {} } }) => {
      const raw = 'x-raw-body' in detail ? detail['x-raw-body'] : undefined;
      return isRawBody(raw) ? [[`${of} ${path}`, raw] as const] : [];
    }));
    return known.get(`${method} ${route}`);
  };
}

function isRawBody(value: unknown): value is RawBody {
  return typeof value === 'object' && value !== null && 'maxBytes' in value && 'types' in value;
}

/** Takes the bytes in for `rawBodyOf`; throws the 413 or 415 problem. An absent body is an empty one. */
export async function readRawBody(request: Request, { maxBytes, types }: RawBody): Promise<void> {
  const { headers } = request;
  const length = headers.get('content-length');
  if (length !== null && Number(length) > maxBytes) throw tooLarge(maxBytes);
  const bytes = await readAtMost(request, maxBytes);
  const type = (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (bytes.byteLength > 0 && !types.includes(type)) throw wrongType(types.join(', '));
  bodies.set(request, bytes);
}

export function rawBodyOf(request: Request): Uint8Array {
  const bytes = bodies.get(request);
  if (bytes === undefined) throw new Error('a route asked for raw bytes that it did not declare');
  return bytes;
}

export function tooLarge(limit: number) {
  return problem('payload-too-large', { detail: `A body may have ${limit} bytes.`, headers: { connection: 'close' } });
}

export function wrongType(accepted: string) {
  return problem('unsupported-media-type', { detail: `Send ${accepted}.`, headers: { accept: accepted } });
}

/** The whole body, or the 413 problem as soon as there is more of it than that. */
export async function readAtMost(request: Request, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
