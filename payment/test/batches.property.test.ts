import { expect, test } from 'bun:test';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import type { ChassisCollections } from '@souk/chassis/engine/writer/chassis-collections';
import { Writer } from '@souk/chassis/engine/writer/writer';
import fc from 'fast-check';
import type { GatewayMessage, GatewayTask } from '../src/domain/gateway-call.ts';
import { openSqlitePaymentStore } from '../src/storage/open-sqlite.ts';
import type { PaymentCollections } from '../src/storage/payment-store.ts';
import { addPaymentMethod } from '../src/usecases/keep-payment-methods.ts';
import { advanceCharge, advanceRefund, followCancellation, payForOrder, refundPayment } from '../src/usecases/advance-payment.ts';
import { CUSTOMER, eur, uuid } from './builders.ts';
import { cancelledOrder, readyForPayment } from './messages.ts';

type Own = PaymentCollections & ChassisCollections;
type PaymentWriter = Writer<Own, GatewayTask>;
/** Hands one input to a writer. */
type Input = (writer: PaymentWriter) => Promise<unknown>;

interface Step {
  readonly do: 'ready' | 'charge' | 'cancel' | 'refund' | 'refund answer';
  readonly orderId: string;
  readonly message: GatewayMessage;
  readonly amount: number;
  readonly pick: number;
}

const programs = fc.array(
  fc.record<Step>({
    do: fc.oneof(
      { weight: 14, arbitrary: fc.constantFrom('ready', 'charge', 'refund', 'refund answer') },
      { weight: 1, arbitrary: fc.constant('cancel') },
    ),
    orderId: fc.integer({ min: 1, max: 6 }).map((number) => uuid(0xa000 + number)),
    message: fc.constantFrom<GatewayMessage>(
      { on: 'gateway.succeeded', reference: 'ref' },
      { on: 'gateway.succeeded', reference: 'ref' },
      { on: 'gateway.declined', reason: 'no' },
      { on: 'gateway.unknown' },
      { on: 'gateway.not_received' },
    ),
    amount: fc.integer({ min: 1, max: 250 }),
    pick: fc.nat(),
  }),
  { minLength: 1, maxLength: 80, size: 'max' },
);

/** A step as an input; an answer about a refund needs one that was given out, and is nothing while there is none. */
function inputOf({ do: what, orderId, message, amount, pick }: Step, tasks: readonly GatewayTask[]): Input | undefined {
  switch (what) {
    case 'ready':
      return (writer) => writer.submit(payForOrder(false), readyForPayment({ orderId, paymentMethodId: CARD }));
    case 'charge':
      return (writer) => writer.submit(advanceCharge, { orderId, message });
    case 'cancel':
      return (writer) => writer.submit(followCancellation, cancelledOrder({ orderId }));
    case 'refund':
      return (writer) =>
        // In its turn, although it could wait: what is compared are transactions of other sizes.
        writer.submit({ ...refundPayment, canWait: false }, { orderId, amount: eur(amount), reason: 'r', requestedBy: uuid(5) });
    case 'refund answer': {
      const given = tasks.filter((task) => task.kind === 'refund');
      const task = given[pick % Math.max(1, given.length)];
      if (task === undefined) return undefined;
      return (writer) => writer.submit(advanceRefund, { orderId: task.orderId, refundId: task.refundId, message });
    }
    default:
      return what satisfies never;
  }
}

const CARD = uuid(1);

async function openRun(batchLimit: number) {
  const { store, close: closeStore } = await temporaryStore(openSqlitePaymentStore);
  let ids = 0;
  const tasks: GatewayTask[] = [];
  const writer: PaymentWriter = await Writer.open<Own, GatewayTask>({
    store: store.writing,
    lane: 'batches',
    // Counted, so that the same decisions have the same ids; the lane's owner takes the first.
    newId: () => uuid(ids++),
    batchLimit,
    paceMs: 0,
    runTask: (task) => tasks.push(task),
    outbox: () => ({ offer: () => undefined, publishedSeq: 0 }),
    report: () => undefined,
  });
  await writer.submit(addPaymentMethod(20), { userId: CUSTOMER, token: 'tok_ok', brand: 'b', last4: '0000', label: null });

  /** All there is, without times. */
  async function rows() {
    const all = { before: undefined, limit: 1000 };
    const { rows: payments } = await store.reads.payments({}, all);
    const refunds = await Promise.all(payments.map(({ id }) => store.reads.refunds(id, all)));
    const events = (await store.writing.readEvents('batches', 0, 10_000)).map((event) => ({ ...event, data: JSON.parse(event.data) as unknown }));
    const timeless = (name: string, value: unknown) => (/^at$|At$|^gatewayMs$/.test(name) ? undefined : value);
    return { events: events.length, text: JSON.stringify({ payments, refunds, events, tasks }, timeless) };
  }

  async function close(): Promise<void> {
    await writer.close();
    await closeStore();
  }

  return { writer, tasks, rows, close };
}

/** One after the other; a refusal that is thrown is part of the outcome. */
async function oneByOne(program: readonly Step[]) {
  const run = await openRun(1);
  const inputs: Input[] = [];
  const ends: PromiseSettledResult<unknown>['status'][] = [];
  for (const step of program) {
    const input = inputOf(step, run.tasks);
    if (input === undefined) continue;
    inputs.push(input);
    const [end] = await Promise.allSettled([input(run.writer)]);
    ends.push(end.status);
  }
  const rows = await run.rows();
  await run.close();
  return { inputs, ends, rows };
}

async function allAtOnce(inputs: readonly Input[]) {
  const run = await openRun(500);
  const ends = await Promise.allSettled(inputs.map((input) => input(run.writer)));
  const rows = await run.rows();
  await run.close();
  return { ends: ends.map(({ status }) => status), rows };
}

test('the same inputs leave the same rows, batched or one by one', async () => {
  let events = 0;
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const single = await oneByOne(program);
      const batched = await allAtOnce(single.inputs);
      events += single.rows.events;
      expect(batched.rows.text).toBe(single.rows.text);
      expect(batched.ends).toEqual(single.ends);
    }),
    { numRuns: 30 },
  );
  // Otherwise the programs have become too dull to show anything.
  expect(events).toBeGreaterThan(20);
}, 60_000);
