import { chargeKey, type GatewayMessage, type GatewayTask, refundKey } from '../src/domain/gateway-call.ts';
import { advanceCharge, advanceRefund, followCancellation, payForOrder, receiveWebhook, refundPayment } from '../src/usecases/advance-payment.ts';
import { eur, method, NOW, uuid } from './builders.ts';
import { type Fate, gatewayWeather } from './gateway-weather.ts';
import { cancelledOrder, readyForPayment } from './messages.ts';
import { paperWriter } from './paper-writer.ts';

export interface OrderPlan {
  readonly token: string;
  readonly amount: number;
  /** how often each message is delivered; no cancellation: 0 */
  readonly ready: number;
  readonly cancelled: number;
  /** the gateway declines the refunds that staff asks for */
  readonly refusesStaff: boolean;
}

export interface Step {
  readonly do: 'deliver' | 'call' | 'refund' | 'wait' | 'resume' | 'crash' | 'arrive' | 'tell';
  /** which message, call, payment or webhook */
  readonly pick: number;
  readonly fate: Fate;
  /** per cent of the payment to refund */
  readonly share: number;
  readonly ms: number;
}

/** The id of the order with this plan. */
export function orderOf(index: number): string {
  return uuid(0xa000 + index);
}

/** The service's use cases with a few orders, driven step by step through the gateway's weather. */
export function stormyShop(plans: readonly OrderPlan[]) {
  let now = NOW;
  const writer = paperWriter();
  const gateway = gatewayWeather(() => now, writer.newId);
  let tasks: GatewayTask[] = [];
  const idOf = (index: number): string => uuid(0xf000 + index);
  for (const [index, { token }] of plans.entries())
    writer.rows.paymentMethods.set(idOf(index), method({ id: idOf(index), token }));
  const messages = plans.flatMap(({ amount, ready, cancelled }, index) => {
    const orderId = orderOf(index);
    const asked = readyForPayment({ orderId, amount: eur(amount), paymentMethodId: idOf(index) });
    return [
      ...Array.from({ length: ready }, () => () => took(writer.settle(payForOrder(false), asked, now).tasks)),
      ...Array.from(
        { length: cancelled },
        () => () => took(writer.settle(followCancellation, cancelledOrder({ orderId }), now).tasks),
      ),
    ];
  });

  function took(more: readonly GatewayTask[]): void {
    tasks.push(...more);
  }

  function record(task: GatewayTask, message: GatewayMessage): void {
    const { orderId } = task;
    if ('refundId' in task)
      took(writer.settle(advanceRefund, { orderId, refundId: task.refundId, message }, now).tasks);
    else took(writer.settle(advanceCharge, { orderId, message }, now).tasks);
  }

  function removed<T>(list: T[], pick: number): T | undefined {
    return list.length === 0 ? undefined : list.splice(pick % list.length, 1)[0];
  }

  /** What the job of the service does. */
  function resume(): void {
    const message = { on: 'check.due' } as const;
    for (const { status, orderId } of writer.rows.payments.values()) {
      if (status === 'pending') took(writer.settle(advanceCharge, { orderId, message }, now).tasks);
    }
    for (const { status, id: refundId, orderId } of writer.rows.refunds.values()) {
      if (status === 'pending') took(writer.settle(advanceRefund, { orderId, refundId, message }, now).tasks);
    }
  }

  /** A webhook that says how a charge or refund stands in the gateway's books; some of them come again. */
  function tell(pick: number): void {
    const { payments, refunds } = writer.rows;
    const all = [...payments.values(), ...refunds.values()];
    const about = all[pick % Math.max(1, all.length)];
    if (about === undefined) return;
    const refundId = 'paymentId' in about ? about.id : null;
    const key = refundId === null ? chargeKey(about.id) : refundKey(refundId);
    const message = gateway.standing(key);
    if (message === undefined) return;
    const received = { id: `simulator:${key}:${pick % 3}`, key, said: null, subject: { orderId: about.orderId, refundId }, message };
    const { answer, tasks: more } = writer.settle(receiveWebhook, received, now);
    if (answer.cause !== null) throw new Error(answer.cause);
    took(more);
  }

  function askForRefund(pick: number, share: number): void {
    const payment = [...writer.rows.payments.values()][pick % Math.max(1, writer.rows.payments.size)];
    if (payment === undefined || payment.amount === null) return;
    const amount = eur(Math.max(1, Math.floor((payment.amount.amount * share) / 100)));
    const command = { orderId: payment.orderId, amount, reason: 'late', requestedBy: uuid(0xe) };
    took(writer.settle(refundPayment, command, now).tasks);
  }

  async function pass(ms: number): Promise<void> {
    now += ms;
    await gateway.arrive(now);
  }

  /** Never one that the saga itself asked for: that one waits for a person. */
  function isRefused(task: GatewayTask): boolean {
    const isOfStaff = 'refundId' in task && writer.rows.refunds.get(task.refundId)?.requestedBy !== null;
    return isOfStaff && plans.some(({ refusesStaff }, index) => refusesStaff && orderOf(index) === task.orderId);
  }

  async function call(pick: number, fate: Fate): Promise<void> {
    const task = removed(tasks, pick);
    if (task !== undefined) record(task, await gateway.run(task, isRefused(task) ? 'refused' : fate));
  }

  async function take(step: Step): Promise<void> {
    switch (step.do) {
      case 'deliver':
        return removed(messages, step.pick)?.();
      case 'call':
        return call(step.pick, step.fate);
      case 'refund':
        return askForRefund(step.pick, step.share);
      case 'wait':
        return pass(step.ms);
      case 'arrive':
        return gateway.arrive();
      case 'tell':
        return tell(step.pick);
      case 'resume':
        return resume();
      case 'crash':
        tasks = [];
        return undefined;
      default:
        return step.do satisfies never;
    }
  }

  const open = (): number =>
    [...writer.rows.payments.values(), ...writer.rows.refunds.values()].filter(({ status }) => status === 'pending')
      .length;

  /** Every message comes, the weather clears up, time passes. */
  async function settleDown(): Promise<void> {
    while (messages.length > 0) removed(messages, 0)?.();
    for (let round = 0; tasks.length > 0 || open() > 0; round += 1) {
      if (round > 100) throw new Error('never settles');
      while (tasks.length > 0) await call(0, 'answered');
      await pass(61_000);
      resume();
    }
    await gateway.arrive();
  }

  return { writer, gateway, take, settleDown, clock: () => now };
}

export type StormyShop = ReturnType<typeof stormyShop>;
