import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { CHARGE_NOT_CAPTURED } from '../src/domain/gateway-call.ts';
import type { Gateway } from '../src/gateway/gateway.ts';
import { openSimulatorLedger, readSimulatorLedger, type SimulatorLedger } from '../src/gateway/simulator-ledger.ts';
import { createSimulator, TEST_TOKENS } from '../src/gateway/simulator.ts';
import { signWebhook, webhookBody } from '../src/gateway/simulator-webhooks.ts';
import { eur, NOW } from './builders.ts';
import { describeGateway } from './gateway-contract.ts';

let now = NOW;
let declinesAll = false;
let waited: number[] = [];

const SECRETS = { new: 'new-secret', old: 'old-secret', stranger: 'somebody-elses' };

function simulator(ledger: SimulatorLedger): Gateway {
  const wait = async (ms: number): Promise<void> => void waited.push(ms);
  const options = { latencyMs: 5, slowMs: 2000, lateMs: 60_000, now: async () => now, ownNow: () => now, declinesAll: () => declinesAll, newId: () => Bun.randomUUIDv7() };
  return createSimulator({ ledger, wait, webhookSecrets: [SECRETS.new, SECRETS.old], ...options });
}

describeGateway('simulator', async () => {
  const ledger = openSimulatorLedger(':memory:');
  const gateway = simulator(ledger);
  return {
    gateway,
    good: 'tok_ok',
    bad: 'tok_declined',
    webhooks: {
      write: (id, { key, result }) => webhookBody({ id, about: key.startsWith('refund') ? 'refund' : 'charge', key, result }),
      sign: (body, { by, at }) => ({ 'souk-signature': signWebhook(body, { secret: SECRETS[by], at }) }),
    },
    taken: async (key) => (ledger.charge(key)?.declined === null ? 1 : 0),
    dispose: () => gateway.close(),
  };
});

test('while all cards are declined, only charges that are new are: a known one keeps its result, and is refunded', async () => {
  const ledger = openSimulatorLedger(':memory:');
  const gateway = simulator(ledger);
  const { signal } = new AbortController();
  const charge = (key: string, token: string) => gateway.charge({ key, amount: eur(1000), token }, signal);
  try {
    const before = await charge('before', 'tok_ok');
    if (before.status !== 'succeeded') throw new Error(before.status);
    declinesAll = true;
    for (const token of TEST_TOKENS.keys()) expect(await charge(token, token)).toEqual({ status: 'declined', reason: 'card_declined' });
    expect(await charge('before', 'tok_ok')).toEqual(before);
    expect(await gateway.refund({ key: 'refund', chargeReference: before.reference, amount: eur(1000) }, signal)).toMatchObject({ status: 'succeeded' });
    declinesAll = false;
    expect(await charge('tok_ok', 'tok_ok')).toMatchObject({ status: 'declined' });
    expect(await charge('after', 'tok_ok')).toMatchObject({ status: 'succeeded' });
  } finally {
    declinesAll = false;
    await gateway.close();
  }
});

describe('the test tokens', () => {
  let ledger: SimulatorLedger;
  let gateway: Gateway;
  let abort: AbortController;
  beforeEach(() => {
    now = NOW;
    waited = [];
    ledger = openSimulatorLedger(':memory:');
    gateway = simulator(ledger);
    abort = new AbortController();
  });
  afterEach(() => gateway.close());

  const charge = (token: string) => gateway.charge({ key: 'payment:1', amount: eur(1000), token }, abort.signal);
  const found = () => gateway.findCharge('payment:1', abort.signal);

  /** What comes of a charge whose caller gives up. */
  async function givenUp(token: string): Promise<string> {
    const outcome = charge(token).then(
      () => 'answered',
      () => 'no answer',
    );
    setImmediate(() => abort.abort());
    const what = await outcome;
    abort = new AbortController();
    return what;
  }

  test('are the ones that the API promises', () => {
    const promised = [
      'ok',
      'declined',
      'insufficient_funds',
      'slow',
      'timeout_captured',
      'timeout_lost',
      'late_capture',
      'flaky',
    ];
    expect([...TEST_TOKENS.keys()]).toEqual(promised.map((name) => `tok_${name}`));
  });

  test('tok_declined and tok_insufficient_funds say why', async () => {
    expect(await charge('tok_declined')).toEqual({ status: 'declined', reason: 'card_declined' });
    const second = { key: 'payment:2', amount: eur(1), token: 'tok_insufficient_funds' };
    expect(await gateway.charge(second, abort.signal)).toEqual({ status: 'declined', reason: 'insufficient_funds' });
  });

  test('tok_slow takes the money at once and answers late', async () => {
    expect(await charge('tok_slow')).toMatchObject({ status: 'succeeded' });
    expect(waited).toEqual([5, 2000]);
  });

  test('tok_timeout_captured never answers, but the money is taken', async () => {
    expect(await givenUp('tok_timeout_captured')).toBe('no answer');
    expect(await found()).toMatchObject({ status: 'succeeded' });
  });

  test('tok_timeout_lost never answers and keeps no record; the next request succeeds', async () => {
    expect(await givenUp('tok_timeout_lost')).toBe('no answer');
    expect(await found()).toBeUndefined();
    expect(await charge('tok_timeout_lost')).toMatchObject({ status: 'succeeded' });
  });

  test('tok_late_capture is pending until it is due', async () => {
    expect(await charge('tok_late_capture')).toEqual({ status: 'pending' });
    now += 59_999;
    expect(await found()).toEqual({ status: 'pending' });
    now += 1;
    expect(await found()).toMatchObject({ status: 'succeeded' });
  });

  test('tok_flaky fails twice without taking anything, then succeeds', async () => {
    await expect(charge('tok_flaky')).rejects.toThrow('fails for a moment');
    await expect(charge('tok_flaky')).rejects.toThrow('fails for a moment');
    expect(await found()).toBeUndefined();
    expect(await charge('tok_flaky')).toMatchObject({ status: 'succeeded' });
  });

  /** A gateway answers no reference of a charge that did not succeed; its ledger has one. */
  const refund = () => gateway.refund({ key: 'refund:1', amount: eur(1000), chargeReference: ledger.charge('payment:1')?.reference ?? '' }, abort.signal);

  test('a refund of a pending charge comes too early, and succeeds once the money is taken', async () => {
    await charge('tok_late_capture');
    expect(await refund()).toEqual({ status: 'declined', reason: CHARGE_NOT_CAPTURED });
    now += 60_000;
    expect(await refund()).toMatchObject({ status: 'succeeded' });
  });

  test('a refund of a declined charge is declined for good: no money will be taken', async () => {
    await charge('tok_declined');
    expect(await refund()).toEqual({ status: 'declined', reason: 'charge_declined' });
  });

  test('an unknown token is declined', async () => {
    expect(await charge('tok_nobody')).toEqual({ status: 'declined', reason: 'unknown_token' });
  });
});

test('money that was taken stays taken when the process is killed', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'gateway.db');
  const child = Bun.spawn([process.execPath, join(import.meta.dir, 'charging-process.ts'), path], { stdout: 'pipe' });
  let acknowledged = '';
  for await (const chunk of child.stdout) {
    acknowledged += Buffer.from(chunk).toString();
    if (acknowledged.split('\n').length > 200) break;
  }
  child.kill('SIGKILL');
  await child.exited;
  const keys = new Set(readSimulatorLedger(path).charges.map(({ key }) => key));
  const answered = acknowledged.split('\n').slice(0, -1);
  expect(answered.length).toBeGreaterThanOrEqual(200);
  expect(answered.filter((key) => !keys.has(key))).toEqual([]);
  const ledger = openSimulatorLedger(path);
  expect(ledger.charge(answered[0] ?? '')).toMatchObject({ amount: 1000, currency: 'EUR', declined: null });
  ledger.close();
});
