import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { RunningJobs } from '@souk/chassis/engine/jobs';
import { newId } from '@souk/chassis/ids';
import type { Money } from '@souk/contracts/money';
import { CHARGE_NOT_CAPTURED } from '../domain/gateway-call.ts';
import type { ChargeRequest, Gateway, GatewayResult, RefundRequest, TokenDescription } from './gateway.ts';
import { type LedgerCharge, openSimulatorLedger, type SimulatorLedger } from './simulator-ledger.ts';
import { isSigned, mayBeSigned, readWebhookBody, startPostman, webhookBody } from './simulator-webhooks.ts';

interface OpenSimulatorOptions extends Pick<SimulatorOptions, 'now' | 'latencyMs' | 'slowMs' | 'lateMs' | 'declinesAll'> {
  /** SQLite file of the simulator's own ledger. */
  readonly path: string;
  /** Secrets of webhooks; the first one signs. Empty: a random one is made, so only this process's webhooks are accepted. */
  readonly webhookSecrets: readonly string[];
}

export function openSimulator({ path, webhookSecrets, ...options }: OpenSimulatorOptions): Gateway {
  const [secret = randomBytes(32).toString('hex'), ...older] = webhookSecrets;
  return createSimulator({
    ...options,
    ledger: openSimulatorLedger(path),
    webhookSecrets: [secret, ...older],
    newId,
    ownNow: Date.now,
    wait: (ms, signal) => setTimeout(ms, undefined, { signal }),
  });
}

interface SimulatorOptions {
  readonly ledger: SimulatorLedger;
  /** Milliseconds that every answer takes. */
  readonly latencyMs: number;
  /** Milliseconds that an answer about `tok_slow` takes. */
  readonly slowMs: number;
  /** Milliseconds after which a charge of `tok_late_capture` succeeds. */
  readonly lateMs: number;
  /** While it answers true, every charge is declined, whatever its token; charges of before keep their result, and refunds are made. */
  readonly declinesAll?: () => boolean;
  /** Webhooks are signed with the first and accepted with any: during a rotation the new one and the old one. */
  readonly webhookSecrets: readonly [string, ...string[]];
  /** The clock that all replicas share: by it late charges succeed, and webhooks about them are due. */
  readonly now: () => Promise<number>;
  /** epoch milliseconds by this machine's clock, which also decides how old a webhook's signature is */
  readonly ownNow: () => number;
  readonly newId: () => string;
  /** Rejects when the signal fires. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** `settlesAt` of a charge that is answered as succeeded: it has succeeded, whatever any clock says. */
const AT_ONCE = 0;

/** The way an answer travels once the ledger is written. */
type Reply = { readonly result: GatewayResult; readonly slow: boolean } | 'silence' | 'error';

/** A gateway with test tokens for cards, and its own ledger. */
export function createSimulator(options: SimulatorOptions): Gateway {
  const { ledger, latencyMs, slowMs, lateMs, webhookSecrets: secrets, now, ownNow, wait, declinesAll = () => false } = options;
  let postman: RunningJobs | undefined;
  const answered = async (signal: AbortSignal): Promise<void> => {
    if (latencyMs > 0) await wait(latencyMs, signal);
  };

  function take(request: ChargeRequest, at: number): Reply {
    const known = ledger.charge(request.key);
    if (known !== undefined) return { result: resultOf(sameCharge(known, request), at), slow: false };
    const token = TEST_TOKENS.get(request.token);
    const booked = (refusal: string | null, settlesAt = AT_ONCE) => book(request, refusal, settlesAt, at);
    if (token === undefined) return booked('unknown_token');
    if (declinesAll()) return booked('card_declined');
    switch (token.does) {
      case 'succeed':
        return booked(null);
      case 'slow':
        return { ...booked(null), slow: true };
      case 'silent-taken':
        booked(null);
        return 'silence';
      case 'late':
        return booked(null, at + lateMs);
      case 'decline':
        return booked(token.reason);
      case 'silent-lost':
        return ledger.countFailure(request.key) < token.failures ? 'silence' : booked(null);
      case 'flaky':
        return ledger.countFailure(request.key) < token.failures ? 'error' : booked(null);
      default:
        return token satisfies never;
    }
  }

  function book({ key, token, amount }: ChargeRequest, refusal: string | null, settlesAt: number, at: number) {
    const charge: LedgerCharge = { key, reference: `ch_${options.newId()}`, token, ...amount, declined: refusal, settlesAt };
    ledger.addCharge(charge);
    if (settlesAt > at) announce(charge);
    return { result: resultOf(charge, at), slow: false };
  }

  /** Adds the webhook about the end of a charge that is still pending; no other charge has one. */
  function announce({ key, settlesAt: dueAt, reference }: LedgerCharge): void {
    const id = `evt_${options.newId()}`;
    const result = { status: 'succeeded', reference } as const;
    ledger.addWebhook({ id, dueAt, body: webhookBody({ id, about: 'charge', key, result }) });
  }

  function giveBack({ key, chargeReference, amount }: RefundRequest, at: number): GatewayResult {
    const known = ledger.refund(key);
    if (known !== undefined) {
      if (known.chargeReference !== chargeReference || !sameMoney(known, amount)) throw reused(key);
      return { status: 'succeeded', reference: known.reference };
    }
    const charge = ledger.chargeByReference(chargeReference);
    if (charge === undefined) return declined('charge_unknown');
    if (charge.declined !== null) return declined('charge_declined');
    if (resultOf(charge, at).status === 'pending') return declined(CHARGE_NOT_CAPTURED);
    if (charge.currency !== amount.currency) return declined('wrong_currency');
    if (ledger.refundedOf(chargeReference) + amount.amount > charge.amount) return declined('more_than_charged');
    const reference = `re_${options.newId()}`;
    ledger.addRefund({ key, reference, chargeReference, ...amount, at });
    return { status: 'succeeded', reference };
  }

  return {
    name: 'simulator',
    live: false,
    async describeToken(token, signal) {
      await answered(signal);
      const known = TEST_TOKENS.get(token);
      return known && { brand: 'Simulator', last4: known.last4, label: null };
    },
    async charge(request, signal) {
      const at = await now();
      const reply = await ledger.write(() => take(request, at));
      if (reply === 'silence') return silence(signal);
      await answered(signal);
      if (reply === 'error') throw new SimulatorError('gateway-error', 'the simulator fails for a moment');
      if (reply.slow) await wait(slowMs, signal);
      return reply.result;
    },
    async findCharge(key, signal) {
      await answered(signal);
      const charge = ledger.charge(key);
      return charge && resultOf(charge, await now());
    },
    async refund(request, signal) {
      const at = await now();
      const result = await ledger.write(() => giveBack(request, at));
      await answered(signal);
      return result;
    },
    async findRefund(key, signal) {
      await answered(signal);
      const refund = ledger.refund(key);
      return refund && { status: 'succeeded', reference: refund.reference };
    },
    mayBeWebhook: (header, at) => mayBeSigned(header('souk-signature'), at),
    readWebhook({ body, header }, at) {
      return isSigned(header('souk-signature'), body, { secrets, now: at }) ? readWebhookBody(body) : 'forged';
    },
    webhooksTo(target) {
      postman = startPostman({ ledger, target, secret: secrets[0], now, ownNow });
    },
    async close() {
      await postman?.close();
      ledger.close();
    },
  };
}

function resultOf({ declined: reason, settlesAt, reference }: LedgerCharge, now: number): GatewayResult {
  if (reason !== null) return declined(reason);
  return settlesAt <= now ? { status: 'succeeded', reference } : { status: 'pending' };
}

function declined(reason: string): GatewayResult {
  return { status: 'declined', reason };
}

function sameCharge(known: LedgerCharge, { key, token, amount }: ChargeRequest): LedgerCharge {
  if (known.token !== token || !sameMoney(known, amount)) throw reused(key);
  return known;
}

function sameMoney(known: Money, { amount, currency }: Money): boolean {
  return known.amount === amount && known.currency === currency;
}

function reused(key: string): SimulatorError {
  return new SimulatorError('key-reused', `the key ${key} was used for another request`);
}

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

/** An error of the network, the gateway or the request, as a caller of a real gateway sees it. */
class SimulatorError extends Error {
  readonly code: 'gateway-error' | 'key-reused';
  constructor(code: 'gateway-error' | 'key-reused', message: string) {
    super(message);
    this.name = 'SimulatorError';
    this.code = code;
  }
}

/** Rejects only when the caller stops listening. */
function silence(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new SimulatorError('gateway-error', 'the caller has given up'));
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  return promise;
}
