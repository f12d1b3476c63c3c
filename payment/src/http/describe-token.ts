import { problem } from '@souk/chassis/web/problems/problem';
import type { Gateway, TokenDescription } from '../gateway/gateway.ts';
import { within } from '../gateway/call-gateway.ts';

/** Asks the gateway about a token while a caller waits. Throws the 503 problem when the gateway gives no answer. */
export function describeToken(gateway: Gateway, limitMs: number, failed: (error: unknown) => void) {
  return async (token: string): Promise<TokenDescription | undefined> => {
    try {
      return await within(limitMs, (signal) => gateway.describeToken(token, signal));
    } catch (error) {
      failed(error);
      throw problem('unavailable', { detail: 'The payment gateway does not answer: try again in 5 s.', headers: { 'retry-after': '5' } });
    }
  };
}
