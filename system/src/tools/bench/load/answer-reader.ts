/** One HTTP/1.1 response, as far as a load generator needs it. */
export interface HttpAnswer {
  readonly status: number;
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined;
  readonly body: Buffer;
  /** The connection cannot be used again. */
  readonly closes: boolean;
}

export interface AnswerReader {
  /** Takes the next bytes, split anywhere. Throws AnswerError; the connection is unusable then. */
  push(bytes: Buffer): void;
  /** Call it when the other side has closed: an answer without a length ends here. False if bytes of an unfinished answer are left. */
  end(): boolean;
}

/** Thrown for bytes that are not HTTP/1.1, or for more of them than any answer of the shop has. */
export class AnswerError extends Error {
  readonly code = 'bad-answer';
}

const HEAD_LIMIT = 64 * 1024;
const BODY_LIMIT = 64 * 1024 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const NOTHING = Buffer.alloc(0);

/** Reads the answers of one connection in order (RFC 9112): by length, in chunks, or until the connection ends. */
export function answerReader(told: (answer: HttpAnswer) => void): AnswerReader {
  let pending: Buffer = NOTHING;

  return {
    push(bytes) {
      pending = pending.byteLength === 0 ? bytes : Buffer.concat([pending, bytes]);
      for (let next = answerAt(pending, false); next !== undefined; next = answerAt(pending, false)) {
        pending = pending.subarray(next.end);
        if (next.answer !== undefined) told(next.answer);
      }
    },
    end() {
      if (pending.byteLength === 0) return true;
      const last = answerAt(pending, true);
      if (last?.answer === undefined) return false;
      pending = NOTHING;
      told(last.answer);
      return true;
    },
  };
}

interface Read {
  /** Undefined for an interim response (1xx). */
  readonly answer: HttpAnswer | undefined;
  readonly end: number;
}

/** The answer at the beginning of these bytes; undefined while it is incomplete. */
function answerAt(bytes: Buffer, isClosed: boolean): Read | undefined {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) {
    if (bytes.byteLength > HEAD_LIMIT) throw new AnswerError(`a head of more than ${HEAD_LIMIT} bytes`);
    return undefined;
  }
  const head = bytes.toString('latin1', 0, headEnd);
  const status = statusOf(head);
  const start = headEnd + 4;
  if (status < 200) return { answer: undefined, end: start };
  const lines = head.toLowerCase();
  const header = (name: string) => headerIn(lines, head, name);
  const body = status === 204 || status === 304 ? { body: NOTHING, end: start } : bodyAt(bytes, start, header, isClosed);
  if (body === undefined) return undefined;
  return { answer: { status, header, body: body.body, closes: isClosed || header('connection') === 'close' }, end: body.end };
}

function statusOf(head: string): number {
  const status = Number(head.slice(9, 12));
  if (!head.startsWith('HTTP/1.1 ') || !Number.isInteger(status) || status < 100) throw new AnswerError(`not HTTP/1.1: ${head.slice(0, 40)}`);
  return status;
}

function headerIn(lines: string, head: string, name: string): string | undefined {
  const mark = `\r\n${name}:`;
  const at = lines.indexOf(mark);
  if (at === -1) return undefined;
  const from = at + mark.length;
  const end = head.indexOf('\r\n', from);
  return head.slice(from, end === -1 ? undefined : end).trim();
}

interface Body {
  readonly body: Buffer;
  readonly end: number;
}

function bodyAt(bytes: Buffer, start: number, header: HttpAnswer['header'], isClosed: boolean): Body | undefined {
  if (header('transfer-encoding')?.toLowerCase() === 'chunked') return chunksAt(bytes, start);
  const said = header('content-length');
  if (said === undefined) return isClosed ? { body: bytes.subarray(start), end: bytes.byteLength } : undefined;
  const length = numberIn(said, 10);
  const end = start + length;
  return bytes.byteLength < end ? undefined : { body: bytes.subarray(start, end), end };
}

function chunksAt(bytes: Buffer, start: number): Body | undefined {
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const sizeEnd = bytes.indexOf(LINE_END, at);
    if (sizeEnd === -1) return undefined;
    const size = numberIn(bytes.toString('latin1', at, sizeEnd).split(';')[0] ?? '', 16);
    at = sizeEnd + 2;
    if (size === 0) return trailerEnd(bytes, at, Buffer.concat(chunks));
    if (bytes.byteLength < at + size + 2) return undefined;
    chunks.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}

/** Trailer fields are skipped; an empty line ends them. */
function trailerEnd(bytes: Buffer, from: number, body: Buffer): Body | undefined {
  for (let at = from; ; ) {
    const end = bytes.indexOf(LINE_END, at);
    if (end === -1) return undefined;
    if (end === at) return { body, end: end + 2 };
    at = end + 2;
  }
}

const DIGITS = { 10: /^[0-9]+$/, 16: /^[0-9a-f]+$/i } as const;

function numberIn(text: string, base: 10 | 16): number {
  const value = DIGITS[base].test(text.trim()) ? Number.parseInt(text, base) : Number.NaN;
  if (Number.isNaN(value) || value > BODY_LIMIT) throw new AnswerError(`not the length of a body: ${text.slice(0, 40)}`);
  return value;
}

/** Seconds of Retry-After; the shop never gives it as a date. */
export function retryAfterOf({ header }: HttpAnswer): number | undefined {
  const said = header('retry-after');
  const seconds = Number(said);
  return said === undefined || !Number.isFinite(seconds) || seconds < 0 ? undefined : seconds;
}
