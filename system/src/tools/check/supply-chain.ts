import { join } from 'node:path';
import { EXIT } from '../../cli/errors.ts';
import { readLock } from '../images/read-lock.ts';

/** Checks what would be installed, without network requests: sources, hashes, versions, install scripts, licences. */
const ROOT = join(import.meta.dir, '../../../..');

async function manifests(): Promise<readonly Manifest[]> {
  const files = ['package.json', ...new Bun.Glob('*/package.json').scanSync({ cwd: ROOT })];
  return Promise.all(files.map(async (file) => ({ ...((await Bun.file(join(ROOT, file)).json()) as Omit<Manifest, 'file'>), file })));
}

/** Old packages have an object, or a list of objects, instead of the licence's name. */
function licenceOf({ license, licenses }: { readonly license?: unknown; readonly licenses?: unknown }): string {
  const told: unknown = license ?? (Array.isArray(licenses) ? licenses[0] : licenses);
  if (typeof told === 'string') return told;
  return typeof told === 'object' && told !== null && 'type' in told && typeof told.type === 'string' ? told.type : '';
}

async function installed(): Promise<readonly LicensedPackage[]> {
  const patterns = ['node_modules/.bun/*@*/node_modules/*/package.json', 'node_modules/.bun/*@*/node_modules/@*/*/package.json'];
  const files = patterns.flatMap((pattern) => [...new Bun.Glob(pattern).scanSync({ cwd: ROOT, dot: true })]);
  const read = await Promise.all(files.map((file) => Bun.file(join(ROOT, file)).json() as Promise<Record<string, unknown>>));
  const known = read.filter(({ name, version }) => typeof name === 'string' && typeof version === 'string');
  return [...new Map(known.map((each) => [`${String(each['name'])}@${String(each['version'])}`, licenceOf(each)]))].map(([id, licence]) => ({ id, licence }));
}

const packages = readLock(await Bun.file(join(ROOT, 'bun.lock')).text());
const licensed = await installed();
const faults = [...lockFaults(packages, await manifests()), ...licenceFaults(licensed)];
for (const fault of faults) process.stderr.write(`${fault}\n`);
process.stdout.write(`${packages.length} packages in bun.lock, licences of ${licensed.length}: ${faults.length} faults\n`);
// Images that are not pinned are no fault of the code, and cannot be fixed without a registry; printed so that nobody finds out by chance.
Bun.spawnSync(['sh', join(ROOT, 'deploy/pin-images.sh'), '--unpinned'], { stdio: ['ignore', 'inherit', 'inherit'] });
process.exitCode = faults.length === 0 && licensed.length > 0 ? EXIT.ok : EXIT.failed;
