import type { DELIVERY_OUTCOMES } from '@souk/contracts/http/ops';
import type { LogMessage } from '../../log/event-log.ts';

export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number];

export interface Delivered {
  readonly messageId: string;
  readonly topic: string;
  /** Number of times the log delivered it to this process; 0 if that was another one, and it is tried again here. */
  readonly deliveries: number;
  /** Oldest first; `at`: epoch milliseconds */
  readonly outcomes: readonly { readonly outcome: DeliveryOutcome; readonly at: number; readonly cause: string | null }[];
}

/** Keys remembered: at least half as many, unless they take more memory than they may. */
const KEYS = 10_000;
/** Approximate bytes of all that is remembered. */
const BYTES = 8 * 1024 * 1024;
/** Messages of one key, and outcomes of one message; the oldest go first. */
const MESSAGES_PER_KEY = 20;
const OUTCOMES_PER_MESSAGE = 10;
/** Characters. A message with a longer key is none of ours, and is not remembered. */
const KEY_LIMIT = 255;
const ID_LIMIT = 255;
const CAUSE_LIMIT = 500;

/** Approximate bytes of what is remembered besides its texts, which take up to two a character. */
const KEY_BYTES = 150;
const MESSAGE_BYTES = 250;
const OUTCOME_BYTES = 80;

interface Message {
  readonly messageId: string;
  readonly topic: string;
  deliveries: number;
  outcomes: Delivered['outcomes'][number][];
}

type Outcome = Message['outcomes'][number];

function outcomeBytes({ cause }: Outcome): number {
  return OUTCOME_BYTES + (cause?.length ?? 0) * 2;
}

function messageBytes({ messageId, outcomes }: Message): number {
  return outcomes.reduce((sum, outcome) => sum + outcomeBytes(outcome), MESSAGE_BYTES + messageId.length);
}

interface OfKey {
  messages: Message[];
  bytes: number;
}

/** Remembers of the latest messages how often they were delivered, and what became of that. Recording one takes well below a microsecond. */
export class RecentDeliveries {
  /** epoch milliseconds */
  readonly since = Date.now();
  #recent = new Map<string, OfKey>();
  #recentBytes = 0;
  #earlier: ReadonlyMap<string, OfKey> = new Map();

  /** The log has delivered a message. */
  arrived(message: LogMessage, id: string): void {
    const found = this.#messageOf(message, id);
    if (found !== undefined) found.deliveries += 1;
  }

  /** A delivery, or a later try, has come to this. */
  cameTo(message: LogMessage, id: string, outcome: DeliveryOutcome, cause: string | null = null): void {
    const found = this.#messageOf(message, id);
    if (found === undefined) return;
    const text = cause === null ? null : cause.slice(0, CAUSE_LIMIT);
    const gone = found.outcomes.length === OUTCOMES_PER_MESSAGE ? found.outcomes.shift() : undefined;
    const come = { outcome, at: Date.now(), cause: text };
    found.outcomes.push(come);
    this.#grew(message.key, outcomeBytes(come) - (gone === undefined ? 0 : outcomeBytes(gone)));
  }

  /** In order of their first delivery. */
  of(key: string): readonly Delivered[] {
    return (this.#recent.get(key) ?? this.#earlier.get(key))?.messages ?? [];
  }

  #messageOf({ key, topic }: LogMessage, id: string): Message | undefined {
    if (key.length > KEY_LIMIT) return undefined;
    const messageId = id.length > ID_LIMIT ? id.slice(0, ID_LIMIT) : id;
    const { messages } = this.#ofKey(key);
    for (let at = messages.length - 1; at >= 0; at -= 1) {
      const message = messages[at];
      if (message?.messageId === messageId) return message;
    }
    const message: Message = { messageId, topic, deliveries: 0, outcomes: [] };
    const gone = messages.length === MESSAGES_PER_KEY ? messages.shift() : undefined;
    messages.push(message);
    this.#grew(key, messageBytes(message) - (gone === undefined ? 0 : messageBytes(gone)));
    return message;
  }

  /** Two generations, as in `recent-map.ts`: what is used again moves to the younger one, and the older one goes as a whole. */
  #ofKey(key: string): OfKey {
    const known = this.#recent.get(key);
    if (known !== undefined) return known;
    if (this.#recent.size >= KEYS / 2 || this.#recentBytes >= BYTES / 2) {
      this.#earlier = this.#recent;
      this.#recent = new Map();
      this.#recentBytes = 0;
    }
    const older = this.#earlier.get(key) ?? { messages: [], bytes: KEY_BYTES + key.length };
    this.#recent.set(key, older);
    this.#recentBytes += older.bytes;
    return older;
  }

  #grew(key: string, bytes: number): void {
    const found = this.#recent.get(key);
    if (found !== undefined) found.bytes += bytes;
    this.#recentBytes += bytes;
  }
}
