import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import type { EventEnvelope } from '@souk/contracts/envelope';
import type { Topic } from '@souk/contracts/topics';
import type { GatewayTask } from '../domain/gateway-call.ts';
import type { PaymentCollections } from '../storage/payment-store.ts';

export type PaymentUseCase<Input, Answer> = UseCase<PaymentCollections, Input, Answer, GatewayTask>;

export type PaymentMessageHandler<T extends Topic> = PaymentUseCase<EventEnvelope<T>, void>;
