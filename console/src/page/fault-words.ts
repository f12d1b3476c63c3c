import type { Fault, MakeFault } from '@souk/contracts/http/ops';
import type { ServiceName } from '@souk/contracts/services';

type Kind = MakeFault['kind'];

/** Topics that each service reads. Written out because the contracts' own table brings all schemas with it; a test holds the two together. */
export const TOPICS_READ: Readonly<Record<ServiceName, readonly string[]>> = {
  product: ['user.access_changed', 'user.deleted'],
  inventory: [
    'order.created', 'order.completed', 'order.cancelled', 'product.created', 'product.updated', 'product.price_changed', 'product.archived', 'user.access_changed', 'user.deleted',
  ],
  order: [
    'inventory.reserved', 'inventory.failed', 'payment.completed', 'payment.failed', 'inventory.released', 'payment.refunded', 'product.created', 'product.updated',
    'product.price_changed', 'product.archived', 'user.access_changed', 'user.deleted',
  ],
  payment: ['order.ready_for_payment', 'order.cancelled', 'user.access_changed', 'user.deleted'],
  user: [],
};

/** Faults that can be made in a service. */
export function kindsOf(service: ServiceName): readonly Kind[] {
  return ['stop', ...(TOPICS_READ[service].length === 0 ? [] : (['lose', 'double', 'delay'] as const)), ...(service === 'payment' ? (['decline'] as const) : [])];
}

export function verbOf(kind: Kind): string {
  switch (kind) {
    case 'stop':
      return 'Stop it';
    case 'lose':
      return 'Lose messages';
    case 'double':
      return 'Double messages';
    case 'delay':
      return 'Delay messages';
    case 'decline':
      return 'Decline every card';
    default:
      return kind satisfies never;
  }
}

/** The effect of a fault, and how it heals. `name`: of the service. */
export function consequenceOf(kind: Kind, name: string): string {
  switch (kind) {
    case 'stop':
      return `${name} is gone and answers nothing. Its messages wait in the log; when it is back it reads on where it was, and orders go on.`;
    case 'lose':
      return `What ${name} is given of the topic is lost on the way. Orders wait for it; when the fault ends all of it is delivered again.`;
    case 'double':
      return `Each message of the topic is delivered to ${name} twice. It is applied once: the second time ${name} knows it, and changes nothing.`;
    case 'delay':
      return `Messages of the topic reach ${name} late, in their order. Orders take longer, and end the same.`;
    case 'decline':
      return 'The simulated gateway declines every card. Orders are cancelled, and the stock they held is on sale again.';
    default:
      return kind satisfies never;
  }
}

export function faultText({ kind, topic, delayMs }: Pick<Fault, 'kind' | 'topic' | 'delayMs'>): string {
  switch (kind) {
    case 'stop':
      return 'is stopped';
    case 'lose':
      return `loses ${topic ?? 'messages'}`;
    case 'double':
      return `is given ${topic ?? 'messages'} twice`;
    case 'delay':
      return `is given ${topic ?? 'messages'} ${(delayMs ?? 0).toLocaleString('en')} ms late`;
    case 'decline':
      return 'declines every card';
    default:
      return kind satisfies never;
  }
}
