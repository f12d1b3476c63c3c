import { Database } from 'bun:sqlite';
import { checkpointEvery } from '@souk/chassis/checkpoints';

/** A charge as the gateway stores it. Amounts in minor units, times in epoch milliseconds. */
export interface LedgerCharge {
  readonly key: string;
  readonly reference: string;
  readonly token: string;
  readonly amount: number;
  readonly currency: string;
  /** null: the money was taken, or will be at `settlesAt` */
  readonly declined: string | null;
  /** By the clock that all replicas share. 0: settled at once. */
  readonly settlesAt: number;
}

interface LedgerRefund {
  readonly key: string;
  readonly reference: string;
  readonly chargeReference: string;
  readonly amount: number;
  readonly currency: string;
  readonly at: number;
}

interface LedgerWebhook {
  readonly id: string;
  readonly body: string;
}

/** The simulator's own ledger, apart from the payment service's database, as a foreign company's would be. */
export interface SimulatorLedger {
  /** Runs `work` in a transaction shared with other work; resolves after the commit. `work` that throws must not have written. */
  write<T>(work: () => T): Promise<T>;
  charge(key: string): LedgerCharge | undefined;
  chargeByReference(reference: string): LedgerCharge | undefined;
  refund(key: string): LedgerRefund | undefined;
  /** minor units */
  refundedOf(chargeReference: string): number;
  addCharge(charge: LedgerCharge): void;
  addRefund(refund: LedgerRefund): void;
  /** Counts a failed request; answers the number of earlier ones. */
  countFailure(key: string): number;
  addWebhook(webhook: LedgerWebhook & { readonly dueAt: number }): void;
  hasDueWebhook(now: number): boolean;
  /** Due webhooks, longest waiting first. Each is taken at most 10 times: until it is removed, it is due again 5 s, 10 s, 20 s ... later. */
  takeDueWebhooks(now: number, limit: number): readonly LedgerWebhook[];
  removeWebhook(id: string): void;
  close(): void;
}

/** 4 MB, copied on the event loop. */
const PAGES_BETWEEN_CHECKPOINTS = 1000;

const SCHEMA = `
  create table if not exists charges (
    key text primary key, reference text not null unique, token text not null, amount integer not null,
    currency text not null, declined text, settles_at integer not null
  ) strict;
  create table if not exists refunds (
    key text primary key, reference text not null unique, charge_reference text not null, amount integer not null,
    currency text not null, at integer not null
  ) strict;
  create index if not exists refunds_charge on refunds (charge_reference, amount);
  create table if not exists failures (key text primary key, count integer not null) strict, without rowid;
  create table if not exists webhooks (
    id text primary key, body text not null, due_at integer not null, attempts integer not null
  ) strict;
  create index if not exists webhooks_due on webhooks (due_at);`;

const CHARGE = 'select key, reference, token, amount, currency, declined, settles_at as settlesAt from charges';
const REFUND = 'select key, reference, charge_reference as chargeReference, amount, currency, at from refunds';

const TAKE_DUE_WEBHOOKS = `
  update webhooks set due_at = ? + (5000 << min(attempts, 8)), attempts = attempts + 1
  where id in (select id from webhooks where due_at <= ? order by due_at limit ?) returning id, body`;

/** Opens a file, or `:memory:`. Commits survive a crash of the process, not of the machine: syncing costs as much as the shop. */
export function openSimulatorLedger(path: string): SimulatorLedger {
  const database = new Database(path, { create: true, strict: true });
  database.run('pragma busy_timeout = 5000');
  database.run('pragma journal_mode = WAL');
  database.run('pragma synchronous = NORMAL');
  checkpointEvery(database, PAGES_BETWEEN_CHECKPOINTS);
  database.run(SCHEMA);
  const charge = database.query<LedgerCharge, [string]>(`${CHARGE} where key = ?`);
  const byReference = database.query<LedgerCharge, [string]>(`${CHARGE} where reference = ?`);
  const refund = database.query<LedgerRefund, [string]>(`${REFUND} where key = ?`);
  const refunded = database.query<{ total: number }, [string]>(
    'select coalesce(sum(amount), 0) as total from refunds where charge_reference = ?',
  );
  const addCharge = database.query('insert into charges values (?, ?, ?, ?, ?, ?, ?)');
  const addRefund = database.query('insert into refunds values (?, ?, ?, ?, ?, ?)');
  const countFailure = database.query<{ count: number }, [string]>(
    'insert into failures values (?, 1) on conflict do update set count = count + 1 returning count',
  );
  const addWebhook = database.query('insert into webhooks values (?, ?, ?, 0)');
  const hasDueWebhook = database.query<{ id: string }, [number]>('select id from webhooks where due_at <= ? limit 1');
  const takeDueWebhooks = database.query<LedgerWebhook, [number, number, number]>(TAKE_DUE_WEBHOOKS);
  const forgetWebhooks = database.query('delete from webhooks where due_at <= ? and attempts >= 10');
  const removeWebhook = database.query('delete from webhooks where id = ?');
  return {
    write: groupCommit(database),
    charge: (key) => charge.get(key) ?? undefined,
    chargeByReference: (reference) => byReference.get(reference) ?? undefined,
    refund: (key) => refund.get(key) ?? undefined,
    refundedOf: (chargeReference) => refunded.get(chargeReference)?.total ?? 0,
    addCharge: (c) => void addCharge.run(c.key, c.reference, c.token, c.amount, c.currency, c.declined, c.settlesAt),
    addRefund: (r) => void addRefund.run(r.key, r.reference, r.chargeReference, r.amount, r.currency, r.at),
    countFailure: (key) => (countFailure.get(key)?.count ?? 1) - 1,
    addWebhook: ({ id, body, dueAt }) => void addWebhook.run(id, body, dueAt),
    hasDueWebhook: (now) => hasDueWebhook.get(now) !== null,
    takeDueWebhooks(now, limit) {
      forgetWebhooks.run(now);
      return takeDueWebhooks.all(now, now, limit);
    },
    removeWebhook: (id) => void removeWebhook.run(id),
    close: () => database.close(),
  };
}

/** The ledger as a checker compares it with the shop's records. May be read while the simulator runs. */
export function readSimulatorLedger(path: string): {
  readonly charges: readonly LedgerCharge[];
  readonly refunds: readonly LedgerRefund[];
} {
  const database = new Database(path, { readonly: true, strict: true });
  try {
    return database.transaction(() => ({
      charges: database.query<LedgerCharge, []>(`${CHARGE} order by key`).all(),
      refunds: database.query<LedgerRefund, []>(`${REFUND} order by key`).all(),
    }))();
  } finally {
    database.close();
  }
}

interface Waiting {
  run(): void;
  settle(): void;
  fail(error: unknown): void;
}

/** Runs all work of one turn of the event loop in one transaction; each answer waits for its commit. */
function groupCommit(database: Database): <T>(work: () => T) => Promise<T> {
  let waiting: Waiting[] = [];

  function commit(): void {
    const group = waiting;
    waiting = [];
    try {
      database.transaction(() => {
        for (const { run } of group) run();
      })();
      for (const { settle } of group) settle();
    } catch (error) {
      for (const { fail } of group) fail(error);
    }
  }

  return (work) =>
    new Promise((resolve, reject) => {
      let settle = (): void => undefined;
      waiting.push({
        // An error concerns only its own caller; its work has written nothing.
        run: () => {
          try {
            const answer = work();
            settle = () => resolve(answer);
          } catch (error) {
            settle = () => reject(error);
          }
        },
        settle: () => settle(),
        fail: reject,
      });
      if (waiting.length === 1) setImmediate(commit);
    });
}
