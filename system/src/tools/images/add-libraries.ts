import { copyFile, mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type BillOfMaterials, type Component, withComponents } from './materials.ts';

/**
 * `bun add-libraries.ts SERVICE IMAGE`, for image builds: puts the bill of materials and the licence texts of `dist/SERVICE` into
 * the folder IMAGE, with those of the Debian packages whose libraries the program is linked with.
 */
const ROOT = join(import.meta.dir, '../../../..');

interface DebianPackage {
  readonly name: string;
  readonly version: string;
}

async function said(...command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`${command.join(' ')}: ${err.trim()}`);
  return out;
}

/** dpkg knows a file by the path it was packed under: with or without /usr, and not through links. */
async function packageOf(file: string): Promise<DebianPackage> {
  const real = await realpath(file);
  const names = [file, real].flatMap((each) => [each, each.replace(/^\/usr/, ''), `/usr${each}`]);
  for (const each of new Set(names)) {
    const owner = await said('dpkg-query', '-S', each).catch(() => undefined);
    if (owner === undefined) continue;
    const name = owner.slice(0, owner.indexOf(':'));
    return { name, version: await said('dpkg-query', '-W', '-f', '${Version}', owner.slice(0, owner.indexOf(': '))) };
  }
  throw new Error(`${file} belongs to no Debian package`);
}

function componentOf({ name, version }: DebianPackage): Component {
  const purl = `pkg:deb/debian/${name}@${encodeURIComponent(version)}`;
  return { type: 'library', 'bom-ref': purl, name, version, purl, licenses: [{ license: { name: `see licences/${name}.txt` } }] };
}

async function addLibraries(service: string, image: string): Promise<void> {
  const linked = [...(await said('ldd', join(ROOT, 'dist', service))).matchAll(/\/[^ ]*/g)].map(([file]) => file);
  const found = await Promise.all(linked.map(packageOf));
  const packages = [...new Map(found.map((each) => [each.name, each])).values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
  const licences = join(image, 'usr/share/souk/licences');
  await mkdir(licences, { recursive: true });
  const ofProgram = join(ROOT, 'dist', `${service}.licences`);
  for (const file of await readdir(ofProgram)) await copyFile(join(ofProgram, file), join(licences, basename(file)));
  for (const { name } of packages) await copyFile(join('/usr/share/doc', name, 'copyright'), join(licences, `${name}.txt`));
  const bill = JSON.parse(await readFile(join(ROOT, 'dist', `${service}.sbom.cdx.json`), 'utf8')) as BillOfMaterials;
  await Bun.write(join(image, 'usr/share/souk/sbom.cdx.json'), `${JSON.stringify(withComponents(bill, packages.map(componentOf)), null, 1)}\n`);
}

const [service, image, ...more] = process.argv.slice(2);
if (service === undefined || image === undefined || more.length > 0) {
  process.stderr.write('bun system/src/tools/images/add-libraries.ts SERVICE IMAGE\n');
  process.exitCode = 2;
} else await addLibraries(service, image);
