import type { TSchema } from '@sinclair/typebox';
import { type TypeCheck, TypeCompiler } from '@sinclair/typebox/compiler';
import { isUtcTime, isUuid } from './formats.ts';
import { eventSource, SERVICES } from './services.ts';
import { type EventData, isTopic, type Topic, TOPICS } from './topics.ts';

/** The CloudEvents 1.0 attributes of an event and Souk's extensions. */
export interface EventAttributes<T extends Topic = Topic> {
  /** UUIDv7. */
  readonly id: string;
  /** The topic's name. */
  readonly type: T;
  /** `/souk/<service>` */
  readonly source: string;
  /** RFC 3339 UTC. */
  readonly time: string;
  /** The message key. */
  readonly subject: string;
  /** Schema version of the data. Data read from an earlier version are converted, so they have the current one. */
  readonly schemaVersion: number;
  /** Groups what belongs together: the order id for everything in the saga. */
  readonly correlationId: string;
  /** Id of the message that caused this one; null when an HTTP command or a deadline did. An answer of the gateway has the cause of its request. */
  readonly causationId: string | null;
  /** 1..n per aggregate, without gap. */
  readonly aggregateVersion: number;
  /** W3C trace context. */
  readonly traceparent: string | null;
}

/** An event in memory: CloudEvents 1.0 attributes, Souk's extensions, and the data of its topic. */
export interface EventEnvelope<T extends Topic = Topic> extends EventAttributes<T> {
  readonly data: EventData<T>;
}

/** Every event there is, as a union that narrows on `type`. */
export type AnyEvent = { [T in Topic]: EventEnvelope<T> }[Topic];

/** Names of the headers of an event. Others serve the transport of a message, not its content. */
export const EVENT_HEADERS: ReadonlySet<string> = new Set([
  'ce_specversion', 'ce_id', 'ce_type', 'ce_source', 'ce_time', 'ce_subject', 'ce_schemaversion', 'ce_correlationid', 'ce_causationid',
  'ce_aggregateversion', 'content-type', 'traceparent',
]);

/** `forgedBy`: the service that it names as its source, which does not make such events; `somebody` when that is no service of Souk. */
export interface Unreadable {
  readonly ok: false;
  readonly cause: string;
  readonly forgedBy?: string;
}

type Read = { readonly ok: true; readonly attributes: EventAttributes } | Unreadable;

/** Maximum characters of a key or an id. Souk's own are UUIDs and SKUs; a longer one would be copied into everything that it causes. */
const ID_LIMIT = 255;
const VERSION = /^[1-9]\d{0,14}$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The CloudEvents attributes of a message, or the first error in them. */
export function checkHeaders(topic: string, key: string, headers: Readonly<Record<string, string>>): Read {
  const type = headers.ce_type;
  if (headers.ce_specversion !== '1.0') return wrong('ce_specversion is not 1.0');
  if (type === undefined || !isTopic(type)) return wrong('ce_type is not an event type that is known here');
  if (type !== topic) return wrong(`ce_type is ${type} in topic ${topic}`);
  if (!isJson(headers['content-type'])) return wrong('content-type is not application/json');
  const known = TOPICS[type].version;
  const written = version(headers.ce_schemaversion);
  if (written === null || written > known) return wrong(`ce_schemaversion of ${type} is not ${known}${known > 1 ? ' or less' : ''}`);
  const aggregateVersion = version(headers.ce_aggregateversion);
  if (aggregateVersion === null) return wrong('ce_aggregateversion is not a whole number from 1');
  const { ce_id: id, ce_source: source, ce_time: time, ce_correlationid: correlationId } = headers;
  if (id === undefined || !isUuid(id)) return wrong('ce_id is not a UUID');
  if (source !== eventSource(TOPICS[type].madeBy)) return forged(type, source);
  if (time === undefined || !isUtcTime(time)) return wrong('ce_time is not an RFC 3339 time in UTC');
  if (!correlationId) return wrong('ce_correlationid is missing');
  if ((headers.ce_subject ?? '') !== key) return wrong('ce_subject is not the message key');
  const causationId = headers.ce_causationid ?? null;
  if (causationId === '') return wrong('ce_causationid is empty');
  if (Math.max(key.length, correlationId.length, causationId?.length ?? 0) > ID_LIMIT) {
    return wrong(`the key, ce_correlationid or ce_causationid has more than ${ID_LIMIT} characters`);
  }
  const traceparent = traceOf(headers.traceparent);
  const attributes = { id, type, source, time, subject: key, schemaVersion: known, correlationId };
  return { ok: true, attributes: { ...attributes, causationId, aggregateVersion, traceparent } };
}

/** Rejects an event whose source is not the one service that makes its type, whatever it says. */
function forged(type: Topic, source: string | undefined): Read {
  const forgedBy = SERVICES.find((service) => eventSource(service) === source) ?? 'somebody';
  return { ok: false, cause: `ce_source of ${type} is not ${eventSource(TOPICS[type].madeBy)}`, forgedBy };
}

function wrong(cause: string): Read {
  return { ok: false, cause };
}

function version(text: string | undefined): number | null {
  return text !== undefined && VERSION.test(text) ? Number(text) : null;
}

function isJson(contentType: string | undefined): boolean {
  return contentType === 'application/json' || contentType?.startsWith('application/json;') === true;
}

/** Null for a trace that cannot be read: a new one is started (W3C trace context), and the event is still valid. */
function traceOf(header: string | undefined): string | null {
  return header !== undefined && TRACEPARENT.test(header) ? header : null;
}

/** Compiled on first use: a service reads a few topics only. */
const checkers = new Map<Topic, TypeCheck<TSchema>>();

function checkerOf(topic: Topic): TypeCheck<TSchema> {
  const known = checkers.get(topic);
  if (known !== undefined) return known;
  const made = TypeCompiler.Compile<TSchema>(TOPICS[topic].data);
  checkers.set(topic, made);
  return made;
}

/** Null when the data fits its topic, else an error that names the first place where it does not. */
export function checkEventData(topic: Topic, data: unknown): string | null {
  const checker = checkerOf(topic);
  if (checker.Check(data)) return null;
  const first = checker.Errors(data).First();
  return `the data does not fit ${topic}: ${first?.path || '/'} ${first?.message ?? 'is wrong'}`;
}
