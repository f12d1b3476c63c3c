import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { billOfMaterials } from './bill-of-materials.ts';
import { bundledPackages } from './bundled-packages.ts';
import { readLock } from './read-lock.ts';

/** Writes a program's bill of materials beside it, `NAME.sbom.cdx.json`, and its licence texts into `NAME.licences/`. Throws if a text is missing. */
export async function writeMaterials(root: string, service: string, files: readonly string[]): Promise<void> {
  const packages = await bundledPackages(root, files);
  const locked = readLock(await Bun.file(join(root, 'bun.lock')).text());
  const { version } = (await Bun.file(join(root, service, 'package.json')).json()) as { version: string };
  const bill = billOfMaterials({ service, version, bunVersion: Bun.version, packages, locked });
  const folder = join(root, 'dist', `${service}.licences`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Bun.write(join(folder, 'bun.txt'), Bun.file(join(import.meta.dir, 'licences/bun.txt')));
  for (const { name, version: of, texts } of packages) {
    const text = Object.entries(texts).map(([file, each]) => `--- ${file}\n${each.trimEnd()}\n`);
    await Bun.write(join(folder, `${name.replace('/', '+')}@${of}.txt`), text.join('\n'));
  }
  await Bun.write(join(root, 'dist', `${service}.sbom.cdx.json`), `${JSON.stringify(bill, null, 1)}\n`);
}
