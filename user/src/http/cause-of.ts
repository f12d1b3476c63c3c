import { factsOf } from '@souk/chassis/http/request-facts';
import type { Cause } from '@souk/chassis/writer/input';

/** What a caller asks for was caused by no message; it may belong to a trace. */
export function causeOf(request: Request): Cause {
  return { causationId: null, traceparent: factsOf(request).traceparent };
}
