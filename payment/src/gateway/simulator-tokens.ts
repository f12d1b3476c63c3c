import type { TokenDescription } from './gateway.ts';

/**
 * Effect of a test token on a charge in the simulator:
 * - `slow`: takes the money at once and answers late
 * - `silent-taken`: takes the money and never answers
 * - `silent-lost`: the first request is lost on its way
 * - `late`: answers "pending" and takes the money some time later
 * - `flaky`: answers the first two requests with an error, without having taken anything
 */
type TokenBehaviour =
  | { readonly does: 'succeed' | 'slow' | 'silent-taken' | 'late' }
  | { readonly does: 'decline'; readonly reason: string }
  | { readonly does: 'silent-lost' | 'flaky'; readonly failures: number };

type TestToken = TokenBehaviour & Pick<TokenDescription, 'last4'>;

export const TEST_TOKENS: ReadonlyMap<string, TestToken> = new Map<string, TestToken>([
  ['tok_ok', { does: 'succeed', last4: '4242' }],
  ['tok_declined', { does: 'decline', reason: 'card_declined', last4: '0002' }],
  ['tok_insufficient_funds', { does: 'decline', reason: 'insufficient_funds', last4: '9995' }],
  ['tok_slow', { does: 'slow', last4: '0010' }],
  ['tok_timeout_captured', { does: 'silent-taken', last4: '0011' }],
  ['tok_timeout_lost', { does: 'silent-lost', failures: 1, last4: '0012' }],
  ['tok_late_capture', { does: 'late', last4: '0013' }],
  ['tok_flaky', { does: 'flaky', failures: 2, last4: '0014' }],
]);
