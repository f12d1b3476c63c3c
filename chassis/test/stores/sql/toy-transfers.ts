import type { UseCase } from '../../../src/engine/writer/use-case.ts';
import type { Toy } from '../../engine/writer/toy-use-cases.ts';

/** Which versions of which accounts a decision saw, and which it made. */
export interface Seen {
  readonly saw: Readonly<Record<string, number>>;
  readonly made: Readonly<Record<string, number>>;
}

export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

/** Takes from one account for another what is there, and changes neither where it is too little: it has looked all the same. */
export const transfer: UseCase<Toy, Transfer, Seen> = {
  name: 'transfer',
  keys: ({ from }) => ({ accounts: [from] }),
  moreKeys: ({ to }) => ({ accounts: [to] }),
  decide({ from, to, amount }, world) {
    const [giver, taker] = [from, to].map((id) => world.get('accounts', id) ?? { id, total: 0, version: 0 });
    if (giver === undefined || taker === undefined) throw new Error('two accounts were asked for');
    const saw = { [from]: giver.version, [to]: taker.version };
    if (giver.total < amount) return { answer: { saw, made: {} } };
    const accounts = [
      { id: from, total: giver.total - amount, version: giver.version + 1 },
      { id: to, total: taker.total + amount, version: taker.version + 1 },
    ];
    const made = Object.fromEntries(accounts.map(({ id, version }) => [id, version]));
    return { answer: { saw, made }, puts: { accounts } };
  },
};

/** Puts money into an account. */
export const fund: UseCase<Toy, Transfer, Seen> = {
  name: 'fund',
  keys: ({ to }) => ({ accounts: [to] }),
  decide({ to, amount }, world) {
    const before = world.get('accounts', to) ?? { id: to, total: 0, version: 0 };
    const after = { id: to, total: before.total + amount, version: before.version + 1 };
    return { answer: { saw: { [to]: before.version }, made: { [to]: after.version } }, puts: { accounts: [after] } };
  },
};

/**
 * Throws unless some order one after the other explains what all have seen: each version is made once, and whoever saw it comes
 * after who made it and before who made the next.
 */
export function expectSerial(all: readonly Seen[]): void {
  const makers = new Map<string, number>();
  for (const [index, { made }] of all.entries()) {
    for (const [account, version] of Object.entries(made)) {
      const place = `${account} ${version}`;
      if (makers.has(place)) throw new Error(`two have made ${place}`);
      makers.set(place, index);
    }
  }
  const later = all.map(() => new Set<number>());
  for (const [index, { saw }] of all.entries()) {
    for (const [account, version] of Object.entries(saw)) {
      const before = makers.get(`${account} ${version}`);
      if (before === undefined && version > 0) throw new Error(`nobody has made ${account} ${version}, which was seen`);
      if (before !== undefined && before !== index) later[before]?.add(index);
      const next = makers.get(`${account} ${version + 1}`);
      if (next !== undefined && next !== index) later[index]?.add(next);
    }
  }
  const waits = all.map((_, index) => later.filter((others) => others.has(index)).length);
  const free = [...waits.keys()].filter((index) => waits[index] === 0);
  for (const index of free) {
    for (const other of later[index] ?? []) {
      const left = (waits[other] ?? 0) - 1;
      waits[other] = left;
      if (left === 0) free.push(other);
    }
  }
  if (free.length < all.length) throw new Error(`${all.length - free.length} transactions have seen each other crosswise`);
}
