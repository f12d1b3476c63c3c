import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '@souk/chassis/testing/until';
import { SERVICES } from '@souk/contracts/services';
import { SERVICE_ROWS } from '../../src/shop/real/shop-databases.ts';
import { type StandInShop, standInShop } from './stand-in-shop.ts';

/** A run is some hundred short processes. */
setDefaultTimeout(60_000);

const ROOT = join(import.meta.dir, '../../..');
const READERS_FIRST = SERVICE_ROWS.map(({ service }) => service);
/** All that is replaced; the console asks all services, so it is the last. */
const REPLACED = [...READERS_FIRST, 'console'];
const [FIRST, SECOND, THIRD] = READERS_FIRST as [string, string, string];
const MIGRATIONS = ['users of mysql', 'run mongodb-databases', ...READERS_FIRST.map((service) => `run ${service}-migrate`)];
const JOBS = [...MIGRATIONS, 'run kafka-users', 'run topics'];
const replaced = (service: string, from: string, to: string, others = 0) => [
  `create ${service} of ${to}`,
  `stop ${service} of ${from}, ${others} running`,
  `start ${service} of ${to}, ${others + 1} running`,
  `remove ${service} of ${from}`,
];
const all = (image: string) => REPLACED.map((service) => `${service} ${image} running`).toSorted();

let shop: StandInShop;
beforeEach(async () => {
  shop = await standInShop();
});
afterEach(() => shop[Symbol.dispose]());

describe('deploy/upgrade.sh, with a stand-in for Docker', () => {
  test('builds, makes users, migrates, makes topics, and then replaces one service after the other, readers first', async () => {
    const { code, said } = await shop.run();
    expect({ code, said: said.split('\n').findLast((line) => line.startsWith('upgrade: ')) }).toEqual({ code: 0, said: `upgrade: done; replaced: ${REPLACED.join(' ')}` });
    expect(said).not.toContain('No such file');
    expect(await shop.calls()).toEqual(['build', ...JOBS, ...REPLACED.flatMap((service) => replaced(service, 'v1', 'v2'))]);
    expect(await shop.containers()).toEqual(all('v2'));
  });

  test('knows every service, in the order that the documents give for this version', async () => {
    expect(READERS_FIRST.toSorted()).toEqual([...SERVICES].toSorted());
    const docs = await readFile(join(ROOT, 'docs/deployment.md'), 'utf8');
    expect(/^\*\*Order of this version: (.*)\*\*/m.exec(docs)?.[1]).toBe(`${READERS_FIRST.join(', ')}.`);
  });

  test('replaces two replicas one after the other, so that one of them always runs', async () => {
    using two = await standInShop({ order: 2 });
    expect((await two.run()).code).toBe(0);
    const ofOrder = (await two.calls()).filter((call) => call.includes(' order '));
    expect(ofOrder).toEqual([...replaced('order', 'v1', 'v2', 1), ...replaced('order', 'v1', 'v2', 1)]);
    expect(await two.containers()).toEqual([...all('v2'), 'order v2 running'].toSorted());
  });

  test.each([
    ['the build', '^compose build', []],
    ['making users of MySQL', '^compose exec -T mysql', ['build']],
    ['a migration', `^compose run .* ${THIRD}-migrate`, ['build', ...JOBS.slice(0, 4)]],
    ['making users of the log', '^compose run .* kafka-users', ['build', ...MIGRATIONS]],
    ['making topics', '^compose run .* topics', ['build', ...MIGRATIONS, 'run kafka-users']],
  ])('stops where %s fails, with every service as it was', async (_, pattern, before) => {
    await shop.fails(pattern);
    const { code, said } = await shop.run();
    expect(code).toBe(7);
    expect(said).toContain('replaced in this run: none; everything else runs as before.');
    expect(said).toContain('go on with: sh deploy/upgrade.sh\n');
    expect(await shop.calls()).toEqual(before);
    expect(await shop.containers()).toEqual(all('v1'));
  });

  test('stops at a service that does not become ready, starts its old container again, and continues there the next time', async () => {
    await shop.fails(`^start a8$`);
    const { code, said } = await shop.run();
    expect(code).toBe(7);
    expect(said).toContain(`STOPPED (exit code 7) while replacing ${SECOND}.`);
    expect(said).toContain(`replaced in this run: ${FIRST};`);
    const mixed = REPLACED.map((service) => `${service} ${service === FIRST ? 'v2' : 'v1'} running`).toSorted();
    expect(await shop.containers()).toEqual(mixed);

    await shop.fails('');
    await shop.unready('v3');
    await shop.next('v3');
    expect((await shop.run()).said).toContain(`${FIRST}: the new container is not ready (running)`);
    expect(await shop.containers()).toEqual(mixed);

    await shop.next('v2');
    await shop.calls();
    expect((await shop.run()).code).toBe(0);
    const services = (await shop.calls()).slice(1 + JOBS.length);
    expect(services).toEqual(REPLACED.slice(1).flatMap((service) => replaced(service, 'v1', 'v2')));
  });

  test('with two replicas stops at the first that does not become ready; the other has not been touched', async () => {
    using two = await standInShop({ order: 2 });
    await two.unready('v2');
    const before = await two.containers();
    expect((await two.run()).code).toBe(1);
    expect(await two.containers()).toEqual(before);
  });

  test('does nothing more when everything has this version already, and replaces what compose.yaml has changed', async () => {
    await shop.run();
    await shop.calls();
    expect((await shop.run()).said).toContain('done; replaced: nothing');
    expect(await shop.calls()).toEqual(['build', ...JOBS]);
    await shop.write('hash', 'h2');
    await shop.run();
    expect((await shop.calls()).slice(1 + JOBS.length)).toEqual(REPLACED.flatMap((service) => replaced(service, 'v2', 'v2')));
  });

  test('rolls back, writers first, to what ran before the first attempt', async () => {
    await shop.unready('v2');
    await shop.run();
    await shop.unready();
    await shop.next('v3');
    expect((await shop.run()).code).toBe(0);
    await shop.calls();
    expect((await shop.run('--back')).code).toBe(0);
    expect(await shop.calls()).toEqual(REPLACED.toReversed().flatMap((service) => replaced(service, 'v3', 'v1')));
  });

  test('rolls back to the previous version, however many there were', async () => {
    await shop.run();
    await shop.next('v3');
    await shop.run();
    await shop.run(); // which finds nothing to do
    await shop.run('--back');
    expect(await shop.containers()).toEqual(all('v2'));
    expect((await shop.run('--back')).said).toContain('replaced: nothing');
  });

  test('ignores leftovers of docker compose run: they are neither a replica nor a version to roll back to', async () => {
    await shop.runOnce('order');
    await shop.stop('order');
    expect((await shop.run()).code).toBe(0);
    expect(await shop.containers()).toEqual([...all('v2'), 'order v0 exited'].toSorted());
    expect((await shop.run('--back')).code).toBe(0);
    expect(await shop.containers()).toEqual([...all('v1'), 'order v0 exited'].toSorted());
  });

  test('stops nothing where the new container would get another port', async () => {
    await shop.write('ports', '4009');
    const { code, said } = await shop.run();
    expect(code).toBe(1);
    expect(said).toContain(`${FIRST} has its port at 4001 and would get 4009`);
    expect(await shop.containers()).toEqual(all('v1'));
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('ended by %s in the middle, starts what it had stopped', async (signal, expected) => {
    await shop.write('starting', 'yes');
    const child = shop.start();
    await until('the new container is asked for its health', () => shop.asked());
    child.kill(signal);
    expect(await child.exited).toBe(expected);
    expect(await child.stderr.text()).toContain(`while replacing ${FIRST}`);
    expect(await shop.containers()).toEqual(all('v1'));
  });

  test('starts again what it had stopped even when it can print nothing, as on a full disk or a closed terminal', async () => {
    await shop.write('starting', 'yes');
    const child = shop.start('2>/dev/full');
    await until('the new container is asked for its health', () => shop.asked());
    child.kill('SIGHUP');
    expect(await child.exited).toBe(129);
    expect(await shop.containers()).toEqual(all('v1'));
  });

  test('ends cleanly when nobody reads its output any more', async () => {
    await shop.start('2>&1 | head -n 9').exited;
    expect(await Bun.file(join(shop.path, 'deploy/.upgrade-lock')).exists()).toBe(false);
    expect((await shop.containers()).filter((each) => !each.endsWith('running'))).toEqual([]);
  });

  test.each(['', '--dry-run', '--back'])('does nothing where no shop is (%s), and says how one is started', async (parameter) => {
    await shop.remove();
    const { code, said } = await shop.run(...(parameter === '' ? [] : [parameter]));
    expect(code).toBe(1);
    expect(said).toContain('docker compose up --wait');
    expect(await shop.calls()).toEqual([]);
  });

  test('is refused while another upgrade runs, but not because of one that was killed', async () => {
    await shop.write('starting', 'yes');
    const child = shop.start();
    await until('the new container is asked for its health', () => shop.asked());
    const { code, said } = await shop.run();
    expect(code).toBe(1);
    expect(said).toContain(`another one is at it (process ${child.pid}`);
    child.kill('SIGKILL');
    await child.exited;
    await Bun.file(join(shop.path, 'state/starting')).delete();
    expect((await shop.run()).code).toBe(0);
    expect(await shop.containers()).toEqual(all('v2'));
  });

  test('starts a service that was stopped for its migration in its turn, with as many replicas; if that fails, its old containers stay stopped', async () => {
    using two = await standInShop({ order: 2 });
    await two.stop('order');
    await two.unready('v2');
    await two.run();
    expect((await two.containers()).filter((each) => each.startsWith('order'))).toEqual(['order v1 exited', 'order v1 exited']);
    await two.unready();
    expect((await two.run()).code).toBe(0);
    expect(await two.containers()).toEqual([...all('v2'), 'order v2 running'].toSorted());
  });

  test('--dry-run changes nothing', async () => {
    const { code, said } = await shop.run('--dry-run');
    expect(code).toBe(0);
    expect(said).toContain(`docker compose run --rm --no-deps -T ${FIRST}-migrate`);
    expect(await shop.calls()).toEqual([]);
    expect(await shop.containers()).toEqual(all('v1'));
  });

  test('prints its usage, and refuses unknown options', async () => {
    expect(await shop.run('--help')).toEqual({ code: 0, said: expect.stringContaining('sh deploy/upgrade.sh --back') });
    expect((await shop.run('--bakc')).code).toBe(2);
    expect(await shop.calls()).toEqual([]);
  });
});
