import { factsOf } from '@souk/chassis/http/request-facts';
import type { Cause } from '@souk/chassis/writer/input';

export function causeOf(request: Request): Cause {
  return { causationId: null, traceparent: factsOf(request).traceparent };
}
