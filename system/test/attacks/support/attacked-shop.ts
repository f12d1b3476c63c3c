import { describe } from 'bun:test';
import type { Environment } from '@souk/chassis/service/config';
import type { LogMessage } from '@souk/chassis/log/event-log';
import { describeOn } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { ALL_LIMITS } from '../../../src/shop/limit-settings.ts';
import { type Target, attackTarget } from '../../../src/tools/attacks/attack-target.ts';
import { compileOutdated } from '../../../src/tools/images/compile-outdated.ts';
import { startShopProcess } from '../../../src/shop/shop-process.ts';
import { embeddedRecords } from '../../../src/verify/embedded-records.ts';
import { realRecords } from '../../../src/verify/real-records.ts';
import type { ShopRecords } from '../../../src/verify/shop-records.ts';
import { appendTo } from '../../support/append-to.ts';
import { faultGround } from '../../faults/support/fault-shop.ts';
import { MEMORY_LIMIT, memoryLimit } from './memory-limit.ts';

/** A shop to be attacked, and who of it is still alive. */
export interface AttackedShop extends Target, AsyncDisposable {
  /** Names the processes that have ended, or had more memory than a container has; empty: none. */
  fallen(): readonly string[];
  readonly records: ShopRecords;
  /** Holds all of an embedded shop; undefined: its data are on servers. */
  readonly folder: string | undefined;
  /** Writes to the log as one of the services could; undefined: the log is a file that one process has open. */
  readonly append: ((messages: readonly LogMessage[]) => Promise<void>) | undefined;
}

export type OpenAttackedShop = (env?: Environment) => Promise<AttackedShop>;

/** The embedded shop as one process, and five compiled ones on real servers, each with the memory that `compose.yaml` gives it. */
export function onEveryAttackedShop(what: string, suite: (open: OpenAttackedShop, isReal: boolean) => void): void {
  describe(`${what} (embedded)`, () => suite(embedded, false));
  describeOn(['MySQL', 'MongoDB', 'Kafka'], () => {
    describe(`${what} (five compiled processes with 256 MB each)`, () => suite(compiled, true));
  });
}

async function embedded(env: Environment = {}): Promise<AttackedShop> {
  const folder = temporaryFolder();
  const shop = await startShopProcess({ folder: folder.path, env: { LOG_LEVEL: 'fatal', ...ALL_LIMITS, ...env } });
  const ended: string[] = [];
  void shop.exited.then((code) => ended.push(`the shop ended with ${code}`));
  const { urls, accounts } = shop;
  return {
    ...(await attackTarget(urls, accounts.admin)),
    fallen: () => [...ended],
    records: embeddedRecords(folder.path),
    folder: folder.path,
    append: undefined,
    async [Symbol.asyncDispose]() {
      await shop.stop();
      folder.remove();
    },
  };
}

async function compiled(env: Environment = {}): Promise<AttackedShop> {
  await compileOutdated(() => undefined);
  const ground = await faultGround();
  const limits = new Map(SERVICES.map((name) => [name, memoryLimit(name)] as const));
  const within = (name: ServiceName, command: readonly string[]) => limits.get(name)?.within(command) ?? command;
  const shop = ground.shop('compiled', { env: { ...ALL_LIMITS, ...env }, within });
  await shop.start();
  const ended: string[] = [];
  for (const name of SERVICES) void shop.services[name].ended().then((code) => ended.push(`${name} ended with ${code}`));
  /** On a machine that cannot limit memory, the most that a process had is compared with the same figure. */
  const overweight = (name: ServiceName): string[] => {
    const group = limits.get(name);
    if (group !== undefined) return group.kills() > 0 ? [`${name} was killed for its memory`] : [];
    const peak = shop.services[name].peakMb() * 1024 * 1024;
    return peak > MEMORY_LIMIT ? [`${name} had ${peak} bytes`] : [];
  };
  return {
    ...(await attackTarget(shop.urls(), ground.accounts.admin)),
    fallen: () => [...ended, ...SERVICES.flatMap(overweight)],
    records: realRecords(ground.addresses),
    folder: undefined,
    append: (messages) => appendTo(ground.addresses, messages),
    async [Symbol.asyncDispose]() {
      await shop.stop();
      for (const group of limits.values()) group?.remove();
      await ground[Symbol.asyncDispose]();
    },
  };
}
