import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';

const ROOT = join(import.meta.dir, '../../..');
const { services } = Bun.YAML.parse(await readFile(join(ROOT, 'compose.yaml'), 'utf8')) as {
  services: Readonly<Record<string, { readonly entrypoint?: readonly string[]; readonly command?: readonly string[] }>>;
};

/** Runs what a container of compose.yaml would run, in a folder of ours, with stand-ins that keep what they were called with. */
describe('what the servers of compose.yaml start with', () => {
  const folder = temporaryFolder();
  const at = (path: string) => join(folder.path, path);
  beforeAll(async () => {
    for (const each of ['bin', 'var/lib/mysql', 'run/secrets', 'databases', 'tmp']) await mkdir(at(each), { recursive: true });
    for (const program of ['docker-entrypoint.sh', 'rpk']) await writeFile(at(`bin/${program}`), `#!/bin/sh\necho "${program} $*" >>"${at('calls')}"\n`, { mode: 0o755 });
    await writeFile(at('databases/print.sh'), 'echo "statements of $1"\n');
  });
  afterAll(() => folder.remove());

  async function calls(name: string): Promise<readonly string[]> {
    const { entrypoint = [], command = [] } = services[name] ?? {};
    const here = (word: string) => word.replaceAll('$$', '$').replaceAll(/(?<![\w./-])\/(?=var\/lib|run\/secrets|databases|tmp)/g, `${folder.path}/`);
    await writeFile(at('calls'), '');
    const { exitCode, stderr } = Bun.spawnSync([...entrypoint.map(here), ...command], { env: { ...process.env, PATH: `${at('bin')}:${process.env['PATH']}` } });
    expect({ exitCode, said: stderr.toString() }).toEqual({ exitCode: 0, said: '' });
    return (await readFile(at('calls'), 'utf8')).trimEnd().split('\n');
  }
  const given = (name: string) => (services[name]?.command ?? []).join(' ');

  test('MySQL with an empty volume starts as its image does', async () => {
    expect(await calls('mysql')).toEqual([`docker-entrypoint.sh mysqld ${given('mysql')}`]);
  });

  test('MySQL with data first makes the users of this version, from a file that nobody else can read', async () => {
    await mkdir(at('var/lib/mysql/mysql'));
    expect(await calls('mysql')).toEqual([`docker-entrypoint.sh mysqld ${given('mysql')} --init-file=${at('tmp/databases.sql')}`]);
    expect(await readFile(at('tmp/databases.sql'), 'utf8')).toBe(`statements of ${at('run/secrets')}\n`);
    expect((await Bun.file(at('tmp/databases.sql')).stat()).mode & 0o777).toBe(0o600);
  });

  test('Redpanda has its admin API on 127.0.0.1 before it starts', async () => {
    expect(await calls('redpanda')).toEqual(["rpk redpanda config set redpanda.admin [{address: 127.0.0.1, port: 9644}]", `rpk ${given('redpanda')}`]);
  });
});
