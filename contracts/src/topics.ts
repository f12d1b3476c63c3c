import type { Static, TObject, TSchema } from '@sinclair/typebox';
import {
  DeadLetter,
  InventoryFailed,
  InventoryLow,
  InventoryReleased,
  InventoryReserved,
  OrderCancelled,
  OrderCompleted,
  OrderCompletedRetired,
  OrderCreated,
  OrderDelivered,
  OrderReadyForPayment,
  OrderRejected,
  OrderShipped,
  PaymentCompleted,
  PaymentFailed,
  PaymentRefunded,
  ProductArchived,
  ProductCreated,
  ProductPriceChanged,
  ProductUpdated,
  UserAccessChanged,
  UserDeleted,
  UserRegistered,
  UserUpdated,
} from './events.ts';
import { SERVICES, type ServiceName } from './services.ts';

export interface TopicDeclaration<Data extends TSchema = TSchema> {
  /** Version of the data schema; raised only by a change that a reader of the old one would misread. */
  readonly version: number;
  /** Content of the message key. */
  readonly key: 'orderId' | 'productId' | 'sku' | 'userId' | 'originalKey';
  readonly madeBy: ServiceName;
  readonly readBy: readonly ServiceName[];
  /** Fixed when the topic is created: changing it later would move keys to other partitions. */
  readonly partitions: number;
  readonly data: Data;
  /** Fields of earlier versions that are no longer sent, and are dropped from what is read. */
  readonly retired?: TObject;
}

const PARTITIONS = 3;

function about(key: TopicDeclaration['key']) {
  return <D extends TSchema>(
    madeBy: ServiceName,
    readBy: readonly ServiceName[],
    data: D,
  ): TopicDeclaration<D> => ({ version: 1, key, madeBy, readBy, partitions: PARTITIONS, data });
}

/** The next version of a topic: it lacks these fields, and nothing else is different. */
function without<D extends TSchema>(retired: TObject, topic: TopicDeclaration<D>): TopicDeclaration<D> {
  return { ...topic, version: topic.version + 1, retired };
}

const order = about('orderId');
const product = about('productId');
const stock = about('sku');
const user = about('userId');
const dead = about('originalKey');

/** All services but User: they judge access tokens and must learn when these become invalid. */
const EVERYBODY_ELSE = SERVICES.filter((service) => service !== 'user');

/** Every topic of the system. The name is also the event's type. */
export const TOPICS = {
  'order.created': order('order', ['inventory'], OrderCreated),
  'inventory.reserved': order('inventory', ['order'], InventoryReserved),
  'inventory.failed': order('inventory', ['order'], InventoryFailed),
  'order.ready_for_payment': order('order', ['payment'], OrderReadyForPayment),
  'payment.completed': order('payment', ['order'], PaymentCompleted),
  'payment.failed': order('payment', ['order'], PaymentFailed),
  'order.completed': without(OrderCompletedRetired, order('order', ['inventory'], OrderCompleted)),
  'order.rejected': order('order', [], OrderRejected),
  'order.cancelled': order('order', ['inventory', 'payment'], OrderCancelled),
  'inventory.released': order('inventory', ['order'], InventoryReleased),
  'payment.refunded': order('payment', ['order'], PaymentRefunded),
  'order.shipped': order('order', [], OrderShipped),
  'order.delivered': order('order', [], OrderDelivered),

  'product.created': product('product', ['order', 'inventory'], ProductCreated),
  'product.updated': product('product', ['order', 'inventory'], ProductUpdated),
  'product.price_changed': product('product', ['order', 'inventory'], ProductPriceChanged),
  'product.archived': product('product', ['order', 'inventory'], ProductArchived),

  'inventory.low': stock('inventory', [], InventoryLow),

  'user.registered': user('user', [], UserRegistered),
  'user.updated': user('user', [], UserUpdated),
  'user.access_changed': user('user', EVERYBODY_ELSE, UserAccessChanged),
  'user.deleted': user('user', EVERYBODY_ELSE, UserDeleted),

  'product.dead_letter': dead('product', [], DeadLetter),
  'inventory.dead_letter': dead('inventory', [], DeadLetter),
  'order.dead_letter': dead('order', [], DeadLetter),
  'payment.dead_letter': dead('payment', [], DeadLetter),
  'user.dead_letter': dead('user', [], DeadLetter),
} as const;

export type Topic = keyof typeof TOPICS;

export type EventData<T extends Topic> = Static<(typeof TOPICS)[T]['data']>;

export const TOPIC_NAMES: readonly Topic[] = Object.keys(TOPICS).filter(isTopic);

/** Names and partitions of topics, as a log needs them to create these. */
export function withPartitions(topics: readonly Topic[] = TOPIC_NAMES): { readonly name: Topic; readonly partitions: number }[] {
  return topics.map((name) => ({ name, partitions: TOPICS[name].partitions }));
}

export function isTopic(name: string): name is Topic {
  return Object.hasOwn(TOPICS, name);
}

export function topicsReadBy(service: ServiceName): Topic[] {
  return TOPIC_NAMES.filter((name) => TOPICS[name].readBy.includes(service));
}

export function deadLetterTopic<S extends ServiceName>(service: S): `${S}.dead_letter` {
  return `${service}.dead_letter`;
}
