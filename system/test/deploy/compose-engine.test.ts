import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { until } from '@souk/chassis/testing/until';
import { SERVICES, type ServiceName } from '@souk/contracts/services';
import { prepareLoad } from '../../src/tools/bench/work/orders.ts';
import { accountsOf } from '../../src/shop/embedded/accounts.ts';
import { type ServiceUrls, shopClient } from '../../src/shop/shop-client.ts';
import { type Balancer, balancer } from '../faults/support/balancer.ts';
import { steadyLoad } from '../faults/support/steady-load.ts';
import { steadyReads } from '../faults/support/steady-reads.ts';
import { type ComposeShop, composeShop, whyNoCompose } from './compose-shop.ts';
import { SERVICE_ROWS } from '../../src/shop/real/shop-databases.ts';

/** orders per second */
const RATE = 20;
const BUILD_LIMIT_MS = 1_200_000;
const COMPLETED_LIMIT_MS = 60_000;
const ADMIN = 'admin@example.com';
/** The next version: another image, made in no time. */
const NEXT = ['LABEL org.opencontainers.image.title', 'LABEL souk.test="next" org.opencontainers.image.title'] as const;

const wanted = process.env['REQUIRE_REAL'] === '1';
const missing = wanted ? await whyNoCompose() : 'REQUIRE_REAL=1, and a Docker engine';
if (missing !== undefined) process.stderr.write(`\nNOT RUN: the suite of compose.yaml and deploy/upgrade.sh on an engine needs ${missing}\n`);

describe.skipIf(missing !== undefined)('the shop of compose.yaml, on an engine, with two replicas of each service', () => {
  let shop: ComposeShop;
  let front: Balancer;
  let urls: ServiceUrls;

  beforeAll(async () => {
    shop = await composeShop();
    const up = await shop.compose('up', '--wait', ...SERVICES.flatMap((service) => ['--scale', `${service}=2`]));
    if (up.code !== 0) throw new Error(up.said);
    urls = Object.fromEntries(SERVICES.map((service) => [service, shop.replicas(service)[0] ?? ''])) as ServiceUrls;
    front = await balancer(Object.fromEntries(SERVICES.map((service) => [service, shop.replicas(service).map((url) => ({ url }))])));
  }, BUILD_LIMIT_MS);
  afterAll(async () => {
    await front?.stop();
    await shop?.[Symbol.asyncDispose]();
  }, 180_000);

  const idsOf = async (...services: string[]) => (await shop.inspect(...services)).map(({ Id }) => Id).toSorted();
  /** One that was started again needs a moment. */
  async function twoHealthyOfEach(): Promise<void> {
    const healthy = async (service: ServiceName) => (await shop.inspect(service)).filter(({ State }) => State.Status === 'running' && State.Health?.Status === 'healthy');
    for (const service of SERVICES) await until(`two healthy containers of ${service}`, async () => (await healthy(service)).length === 2, 60_000);
  }

  test('is never pulled: compose skips our images when it is told to pull', async () => {
    const { said } = await shop.compose('pull', ...SERVICES, 'topics', ...SERVICES.map((service) => `${service}-migrate`));
    expect(said.split('\n').filter((line) => /Skipped/.test(line))).toHaveLength(2 * SERVICES.length + 1);
  }, 60_000);

  test('has its health checked twice a second while it starts', async () => {
    for (const { Config } of await shop.inspect(...SERVICES, 'mysql', 'mongodb', 'redpanda')) expect(Config.Healthcheck?.StartInterval).toBe(500_000_000);
  });

  test('has no volume without a name', async () => {
    const volumes = (await shop.inspect()).flatMap(({ Mounts }) => Mounts).filter(({ Type }) => Type === 'volume');
    expect([...new Set(volumes.map(({ Name }) => Name ?? ''))].toSorted()).toEqual(
      ['gateway', 'mongodb', 'mongodb-config', 'mysql', 'redpanda'].map((name) => `${shop.project}_${name}`),
    );
  });

  test('keeps every container when a migration fails, and when a new container does not become ready', async () => {
    const back = await shop.change('Dockerfile', ...NEXT);
    const before = await idsOf(...SERVICES);
    const mended = await shop.change('compose.yaml', '<<: [*job, *order]\n    command: [--migrate]', '<<: [*job, *order]\n    command: [--migrat]');
    const failed = await shop.upgrade();
    expect(failed.code).not.toBe(0);
    expect(failed.said).toContain('while running the job order-migrate');
    expect(await idsOf(...SERVICES)).toEqual(before);
    await mended();

    const first = SERVICE_ROWS[0]?.service;
    const well = await shop.change('compose.yaml', `<<: [*service, *${first}]`, `<<: [*service, *${first}]\n    command: [--nonsense]`);
    const broken = await shop.upgrade();
    expect(broken.code).toBe(1);
    expect(broken.said).toContain(`${first}: the new container is not ready`);
    expect(await idsOf(...SERVICES)).toEqual(before);
    await well();
    await back();
    await twoHealthyOfEach();
  }, BUILD_LIMIT_MS);

  test('is upgraded and rolled back under load, and no request fails', async () => {
    const send = (service: ServiceName, path: string, init: RequestInit) => front.send(service, path, init);
    await using load = steadyLoad(await prepareLoad({ urls, accounts: accountsOf({ email: ADMIN, password: shop.adminPassword }) }), RATE, (path, init) => send('order', path, init));
    const client = shopClient(urls);
    const staff = (await client.signIn(ADMIN, shop.adminPassword)).accessToken;
    const reads = steadyReads(staff, send);
    const before = await idsOf(...SERVICES);
    const images = await shop.inspect(...SERVICES);

    await shop.change('Dockerfile', ...NEXT);
    const upgraded = await shop.upgrade();
    expect(upgraded.said).toContain('upgrade: done');
    const after = await shop.inspect(...SERVICES);
    expect(after.filter(({ Id }) => before.includes(Id))).toEqual([]);
    await twoHealthyOfEach();
    expect((await shop.upgrade()).said).toContain('replaced: nothing');

    expect((await shop.upgrade('--back')).said).toContain('upgrade: done');
    expect((await shop.inspect(...SERVICES)).map(({ Image }) => Image).toSorted()).toEqual(images.map(({ Image }) => Image).toSorted());
    await reads.stop();
    await load.finish();
    process.stdout.write(`${load.placements.length} orders, ${reads.answered.length} reads during an upgrade and back\n`);
    expect(load.placements.filter(({ status }) => status !== 202)).toEqual([]);
    expect(reads.answered.filter(({ fault }) => fault !== null)).toEqual([]);
    for (const id of load.accepted.values()) await until(`order ${id} is completed`, async () => (await client.order(staff, id)).status === 'completed', COMPLETED_LIMIT_MS);
  }, BUILD_LIMIT_MS);

  test('leaves nothing after down except named volumes', async () => {
    await front.stop();
    const anonymous = async () => (await shop.docker('volume', 'ls', '--quiet', '--filter', 'label=com.docker.volume.anonymous')).said;
    const others = await anonymous();
    expect((await shop.compose('down')).code).toBe(0);
    expect(await anonymous()).toBe(others);
    const left = (await shop.docker('volume', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${shop.project}`)).said;
    expect(left.trim().split('\n')).toHaveLength(5);
  }, 180_000);
});
