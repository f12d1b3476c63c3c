import { type Parts, piecesOf } from './answer-room.ts';
import { factsOf, roomForAnswer } from './request-facts.ts';

/**
 * Bytes. The kernel takes about this much of an answer before its reader has taken anything, so a shorter one is sent at once.
 * A longer one waits in memory for its reader and needs room (`answer-room.ts`).
 */
const SHORT_BYTES = 32 * 1024;

export interface AnswerInit {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer of any length; throws the 429 or 503 problem when it is long and there is no room for it. */
export function answerWith(request: Request, body: string | Uint8Array<ArrayBuffer>, init: AnswerInit): Response {
  // A text has at least as many bytes as characters; near the limit it does not matter on which side a text falls.
  const length = body.length;
  if (length <= SHORT_BYTES) return new Response(body, init);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return waiting(request, { ...piecesOf(bytes), held: bytes.byteLength }, init);
}

interface HeldParts extends Parts {
  /** Bytes of the longest part; one is in memory at a time. */
  readonly held: number;
}

/** An answer whose parts are read on demand, and not at all for HEAD; throws as `answerWith` does. */
export async function answerInParts(request: Request, parts: HeldParts, init: AnswerInit): Promise<Response> {
  if (parts.length > SHORT_BYTES || request.method === 'HEAD') return waiting(request, parts, init);
  const all = Buffer.alloc(parts.length);
  for (let at = 0; at < parts.length; ) {
    const part = await parts.read(at);
    if (part.byteLength === 0) throw new Error(`nothing is left of an answer after ${at} of ${parts.length} bytes`);
    all.set(part, at);
    at += part.byteLength;
  }
  return new Response(all, init);
}

function waiting(request: Request, { held, ...parts }: HeldParts, init: AnswerInit): Response {
  if (request.method === 'HEAD') return answerToHead(request, parts.length, init);
  roomForAnswer(request, Math.min(held, parts.length));
  factsOf(request).longAnswer = parts;
  return new Response(null, init);
}

function answerToHead(request: Request, length: number, init: AnswerInit): Response {
  factsOf(request).length = length;
  return new Response(null, init);
}
