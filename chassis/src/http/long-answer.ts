import { type Parts, piecesOf } from './answer-room.ts';
import { factsOf, roomForAnswer } from './request-facts.ts';

/**
 * Bytes. A shorter answer goes out at once: about as much as this the kernel takes of one before its reader has taken
 * anything. A longer one waits in memory for its reader, so it needs room (`answer-room.ts`).
 */
const SHORT_BYTES = 32 * 1024;

export interface AnswerInit {
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** An answer of any length; throws the 429 or 503 problem when it is long and there is no room for it. */
export function answerWith(request: Request, body: string | Uint8Array<ArrayBuffer>, init: AnswerInit): Response {
  // Characters of a text are bytes at least; of a text that is nearly long, nobody has to know which it is.
  const length = body.length;
  if (length <= SHORT_BYTES) return new Response(body, init);
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return answerInParts(request, { ...piecesOf(bytes), held: bytes.byteLength }, init);
}

/** `held`: bytes of the longest part, of which one is in memory at a time. Throws the 429 or 503 problem when there is no room for it. */
export function answerInParts(request: Request, { held, ...parts }: Parts & { readonly held: number }, init: AnswerInit): Response {
  if (request.method === 'HEAD') return answerToHead(request, parts.length, init);
  roomForAnswer(request, held);
  factsOf(request).longAnswer = parts;
  return new Response(null, init);
}

/** The answer to HEAD where the length is known without the bytes. */
export function answerToHead(request: Request, length: number, init: AnswerInit): Response {
  factsOf(request).length = length;
  return new Response(null, init);
}
