import { factsOf } from '../app/request-facts.ts';
import { decodeUtf8, FORM, isText, requirePlainUtf8, requireReadField } from '../app/text-encoding.ts';
import { invalid, problem } from '../problems/problem.ts';
import { type Admission, admit } from '../sign-in/principal.ts';

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
  return problem('payload-too-large', { detail: `A body may have at most ${limit} bytes: send a smaller one.`, headers: { connection: 'close' } });
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

type Form = Awaited<ReturnType<Response['formData']>>;

/** Maximum number of parts of a form. Our forms have two fields; each part costs half a microsecond, and megabytes hold 100,000 of them. */
const PARTS = 20;
/** RFC 2046, 5.1.1 */
const BOUNDARY = /;\s*boundary=(?:"([\w'()+,./:=? -]{1,70})"|([\w'()+,./:=?-]{1,70}))\s*(?:;|$)/i;

/**
 * Reads a raw body as a form. Throws the 400 problem for text in it that is not UTF-8, the 422 problem when it is not a form or
 * has more than 20 parts.
 */
export async function formOf(request: Request): Promise<Form> {
  const form = await parsedForm(rawBodyOf(request), request.headers.get('content-type') ?? '');
  for (const [name, value] of form.entries()) if (typeof value === 'string') requireReadField(name, value);
  return form;
}

async function parsedForm(body: Uint8Array, type: string): Promise<Form> {
  const [, quoted, plain] = BOUNDARY.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw unreadable();
  const bytes = Buffer.from(body);
  if (hasMoreThan(PARTS, bytes, `--${boundary}`)) throw invalid('', `has more than ${PARTS} parts`);
  try {
    // Not the header as it came: the count above and the parser must see the same boundary.
    return await new Response(bytes, { headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } }).formData();
  } catch {
    // Whatever it throws: the bytes are complete, and are not a form.
    throw unreadable();
  }
}

function hasMoreThan(parts: number, body: Buffer, delimiter: string): boolean {
  let at = -1;
  // There is one more delimiter than parts: it closes the last one.
  for (let found = 0; found <= parts + 1; found += 1) {
    at = body.indexOf(delimiter, at + 1);
    if (at === -1) return false;
  }
  return true;
}

function unreadable() {
  return invalid('', 'is not a form that can be read');
}
