import type { PaymentMethod } from '../domain/payment-method.ts';
import type { PaymentMethodsTable } from './payment-schema.ts';

export const PAYMENT_METHOD_COLUMNS = ['id', 'user_id', 'token', 'brand', 'last4', 'label', 'created_at'] as const;

export function methodToRow({ id, userId, token, brand, last4, label, createdAt }: PaymentMethod): PaymentMethodsTable {
  return { id, user_id: userId, token, brand, last4, label, created_at: createdAt };
}

export function methodFromRow(row: PaymentMethodsTable): PaymentMethod {
  const { id, user_id: userId, token, brand, last4, label, created_at: createdAt } = row;
  return { id, userId, token, brand, last4, label, createdAt };
}
