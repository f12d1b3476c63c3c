import type { CommittedEvent } from '@souk/contracts/http/ops';
import type { CommittedRow } from '../engine/committed-tail.ts';

/** Characters of a text that a message from elsewhere may have brought along; our own ids and keys are shorter. */
const TEXT_LIMIT = 255;

/** An entry of the events table as operators see it. */
export function committedEntry({ lane, seq, id, type, published, key, stream, version, at, causationId, correlationId, context }: CommittedRow): CommittedEvent {
  return {
    lane,
    seq,
    id,
    name: type,
    published,
    key: key.slice(0, TEXT_LIMIT),
    stream,
    version,
    at: new Date(at).toISOString(),
    causationId: causationId?.slice(0, TEXT_LIMIT) ?? null,
    correlationId: correlationId.slice(0, TEXT_LIMIT),
    from: wordIn(context['from']),
    to: wordIn(context['to']),
    reason: wordIn(context['reason']),
  };
}

const WORD = /^[a-z_]{1,60}$/;

/** A context also holds what people wrote, and never tells of it here. */
function wordIn(value: unknown): string | null {
  return typeof value === 'string' && WORD.test(value) ? value : null;
}
