import type { ChassisCollections } from '../../../src/engine/writer/chassis-collections.ts';
import type { NewEvent, NewEventOf, UseCase } from '../../../src/engine/writer/use-case.ts';
import type { ToyCollections } from './toy-store.ts';

export type Toy = ToyCollections & ChassisCollections;

export interface Deposit {
  readonly account: string;
  readonly amount: number;
}

/** Adds to an account; a negative total is left to the database's CHECK; the amount 13 cannot be decided on. */
export const deposit: UseCase<Toy, Deposit, number> = {
  name: 'deposit',
  keys: ({ account }) => ({ accounts: [account] }),
  decide({ account, amount }, world, { now, newId }) {
    if (amount === 13) throw new Error('thirteen is not an amount');
    const before = world.get('accounts', account) ?? { id: account, total: 0, version: 0 };
    const after = { id: account, total: before.total + amount, version: before.version + 1 };
    return {
      answer: after.total,
      puts: { accounts: [after], entries: [{ id: newId(), account, amount }] },
      events: [deposited(account, after.version, now)],
    };
  },
};

/** The toy borrows a topic: the chassis knows no events of its own but dead letters. */
function deposited(account: string, version: number, now: number): NewEventOf<'user.registered'> {
  const registeredAt = new Date(now).toISOString();
  return { type: 'user.registered', key: account, stream: account, version, data: { userId: account, registeredAt } };
}

interface Telling {
  readonly account: string;
  readonly bytes: number;
}

/** Counts, and tells of it with as much text as asked. */
export const tell: UseCase<Toy, Telling, number> = {
  name: 'tell',
  keys: ({ account }) => ({ accounts: [account] }),
  decide({ account, bytes }, world) {
    const before = world.get('accounts', account) ?? { id: account, total: 0, version: 0 };
    const after = { ...before, total: before.total + 1, version: before.version + 1 };
    const event = { type: 'user.updated', key: account, stream: account, version: after.version, data: { text: 'x'.repeat(bytes) } };
    return { answer: after.total, puts: { accounts: [after] }, events: [event as unknown as NewEvent] };
  },
};
