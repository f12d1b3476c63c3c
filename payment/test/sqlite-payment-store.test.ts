import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { temporaryStore } from '@souk/chassis/testing/temporary-store';
import { openSqlitePaymentStore } from '../src/storage/open-sqlite.ts';
import { describePaymentStore } from './payment-store-contract.ts';

const open = () => temporaryStore(openSqlitePaymentStore);

describePaymentStore('SQLite', open);

test.each([
  ['a payment of an order', 'select * from payments where order_id = ?', '(order_id=?)'],
  ['a payment', 'select * from payments where id = ? and amount is not null', '(id=?)'],
  [
    'own payments',
    'select * from payments where user_id = ? and id < ? and amount is not null order by id desc',
    'payments_user (user_id=? AND id<?)',
  ],
  ['all payments', 'select * from payments where id < ? and amount is not null order by id desc', '(id<?)'],
  ['due payments', 'select order_id from payments where next_check_at <= ? order by next_check_at', 'payments_due'],
  [
    'refunds of a payment',
    'select * from refunds where payment_id = ? and id < ? order by id desc',
    'refunds_payment (payment_id=? AND id<?)',
  ],
  ['due refunds', 'select id from refunds where next_check_at <= ? order by next_check_at', 'refunds_due'],
  [
    'own methods',
    'select * from payment_methods where user_id = ? and id < ? order by id desc',
    'payment_methods_user (user_id=? AND id<?)',
  ],
  ['a webhook', 'select * from webhook_events where id = ?', '(id=?)'],
  ['old webhooks', 'select id from webhook_events where received_at < ? limit ?', 'webhook_events_time (received_at<?)'],
  ['a deleted user', 'select user_id from erased_users where user_id = ?', '(user_id=?)'],
  ['users to erase', 'select user_id from erased_users where due_at <= ? order by due_at', 'erased_users_due (due_at<?)'],
])('%s: an index serves the query, and its order', async (_, query, index) => {
  const { path, close } = await open();
  const database = new Database(path, { readonly: true });
  const plan = database.query<{ detail: string }, []>(`explain query plan ${query}`).all();
  database.close();
  await close();
  expect(plan.map(({ detail }) => detail).join()).toContain(index);
  expect(plan.map(({ detail }) => detail).join()).not.toContain('TEMP B-TREE');
});
