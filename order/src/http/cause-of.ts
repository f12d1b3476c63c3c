import { factsOf } from '@souk/chassis/http/request-facts';
import type { Cause } from '@souk/chassis/writer/input';

/** A request leads to events of its own trace, and of no message. */
export function causeOf(request: Request): Cause {
  return { causationId: null, traceparent: factsOf(request).traceparent };
}
