import { passed } from '../timeouts.ts';
import type { EventLog, ReceivedMessage, Subscriber } from './event-log.ts';

/** A fault in the deliveries of a topic. */
export interface DeliveryFault {
  readonly kind: 'lose' | 'double' | 'delay';
  /** Of a delay; otherwise 0. */
  readonly delayMs: number;
  /** Fires when the fault ends. */
  readonly over: AbortSignal;
}

/**
 * The same log, with faults in its deliveries: lost ones come when the fault has ended, delayed ones later, doubled ones twice in a row. Nothing
 * is lost for good, and a partition's messages stay in order, because the log waits for the handler as always.
 * `faultsOf`: the faults of a topic now.
 */
export function faultyLog(log: EventLog, faultsOf: (topic: string) => readonly DeliveryFault[]): EventLog {
  async function deliver(to: Subscriber, messages: readonly ReceivedMessage[], signal: AbortSignal): Promise<void> {
    const topic = messages[0]?.topic ?? '';
    const ofKind = (kind: DeliveryFault['kind']) => faultsOf(topic).find((fault) => fault.kind === kind);
    const delay = ofKind('delay');
    if (delay !== undefined) await passed([delay.over, signal], delay.delayMs);
    for (let loss = ofKind('lose'); loss !== undefined && !signal.aborted; loss = ofKind('lose')) await passed([loss.over, signal]);
    signal.throwIfAborted();
    await to.handle(messages, signal);
    if (ofKind('double') !== undefined) await to.handle(messages, signal);
  }

  return {
    ...log,
    subscribe: (options) => log.subscribe({ ...options, handle: (messages, signal) => deliver(options, messages, signal) }),
  };
}
