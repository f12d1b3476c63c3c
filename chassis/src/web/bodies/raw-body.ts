import { type Admission, admit } from '../sign-in/identity.ts';
import { problem } from '../problems/problem.ts';
import { factsOf } from '../app/request-facts.ts';
import { decodeUtf8, FORM, isText, requirePlainUtf8 } from '../app/text-encoding.ts';

/** Declaration of a route that takes its body as it came: signed texts, files. */
export interface RawBody {
  readonly maxBytes: number;
  /** Media types without parameters, in lower case. */
  readonly types: readonly string[];
  /**
   * Set if callers are known only once their body is read and must not wait behind others: their bodies have separate places
   * and room. Throws, before a byte is read, the refusals that follow from path and headers alone.
   */
  readonly apart?: (request: Request, params: RequestParams) => void;
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: { readonly detail?: object };
}

interface RawRoute extends Admission {
  readonly 'x-raw-body': RawBody;
}

type RequestParams = Readonly<Record<string, unknown>>;

const bodies = new WeakMap<Request, Uint8Array>();

/**
 * Reads the bytes for `rawBodyOf`. First throws the 413 or 415 problem, or the refusal of a caller without access: only then is
 * a body of that size read, in time (408), and only while there is room for it (503); one of unknown length counts as the
 * longest allowed. Bodies with `apart` take their room once they have arrived: it must not be full of bodies that may never
 * arrive. Returns undefined for a route that takes JSON, null when it is done. `routes` is called once, at the first request.
 */
export function rawBodyReader(routes: () => readonly Route[]): (request: Request, route: string, params: RequestParams) => Promise<null> | undefined {
  let known: ReadonlyMap<string, RawRoute> | undefined;

  async function read(request: Request, { 'x-raw-body': raw, ...admission }: RawRoute, params: RequestParams): Promise<null> {
    const length = saidLength(request, raw) ?? raw.maxBytes;
    await admit(request, admission);
    raw.apart?.(request, params);
    const facts = factsOf(request);
    const { arrival, room } = raw.apart === undefined ? facts.app.bodies : facts.app.bodiesApart;
    if (raw.apart === undefined) room.take(facts, length);
    const bytes = await arrival.of(request, () => readAtMost(request, raw.maxBytes), length);
    if (raw.apart !== undefined) room.take(facts, bytes.byteLength);
    if (bytes.byteLength > 0) requireType(request, raw);
    if (holdsText(request)) decodeUtf8(bytes);
    bodies.set(request, bytes);
    return null;
  }

  return (request, route, params) => {
    known ??= new Map(routes().flatMap(({ method, path, hooks: { detail = {} } }) => (isRaw(detail) ? [[`${method} ${path}`, detail]] : [])));
    const raw = known.get(`${request.method} ${route}`);
    return raw && read(request, raw, params);
  };
}

function isRaw(detail: object): detail is RawRoute {
  return 'x-raw-body' in detail;
}

/** The declared length; throws what the headers alone refuse. undefined: the length is not known. An absent body is an empty one. */
function saidLength({ headers, body }: Request, raw: RawBody): number | undefined {
  const said = headers.get('content-length');
  if (said === null) return body === null ? 0 : undefined;
  const length = Number(said);
  if (length > raw.maxBytes) throw tooLarge(raw.maxBytes);
  if (length > 0) requireType({ headers }, raw);
  return length;
}

function requireType({ headers }: Pick<Request, 'headers'>, { types }: RawBody): void {
  const type = mediaTypeOf(headers);
  if (!types.includes(type)) throw wrongType(types.join(', '));
  requirePlainUtf8(headers);
}

/** False for a form, which holds text and files; its texts are checked when it is read. */
function holdsText({ headers }: Request): boolean {
  const type = mediaTypeOf(headers);
  return type !== FORM && isText(type);
}

/** In lower case, without parameters; empty if there is none. */
function mediaTypeOf(headers: Headers): string {
  return (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

export function rawBodyOf(request: Request): Uint8Array {
  const bytes = bodies.get(request);
  if (bytes === undefined) throw new Error('a route asked for raw bytes that it did not declare');
  return bytes;
}

export function tooLarge(limit: number) {
  return problem('payload-too-large', { detail: `A body may have ${limit} bytes: send a smaller one.`, headers: { connection: 'close' } });
}

export function wrongType(accepted: string) {
  return problem('unsupported-media-type', { detail: `Send ${accepted}.`, headers: { accept: accepted } });
}

/**
 * Reads the whole body; throws the 413 problem as soon as it is longer than `limit`. Chunks are not kept: a chunk of a single
 * byte holds hundreds.
 */
export async function readAtMost(request: Request, limit: number): Promise<Uint8Array> {
  let bytes = Buffer.alloc(0);
  let size = 0;
  for await (const chunk of request.body ?? []) {
    const needed = size + chunk.byteLength;
    if (needed > limit) throw tooLarge(limit);
    if (needed > bytes.byteLength) bytes = longer(bytes, Math.max(needed, Math.min(2 * size, limit)));
    bytes.set(chunk, size);
    size = needed;
  }
  return bytes.subarray(0, size);
}

function longer(bytes: Buffer, length: number): Buffer<ArrayBuffer> {
  const more = Buffer.alloc(length);
  more.set(bytes);
  return more;
}
