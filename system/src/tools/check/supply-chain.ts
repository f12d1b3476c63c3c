import { join } from 'node:path';
import { EXIT } from '../../cli/errors.ts';
import { type LockedPackage, readLock } from '../images/read-lock.ts';

const ROOT = join(import.meta.dir, '../../../..');

async function ownManifests(): Promise<readonly Manifest[]> {
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

/** The fields of a package.json of this repository that decide what is installed. */
export interface Manifest {
  readonly file: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly trustedDependencies?: readonly string[];
  readonly workspaces?: { readonly catalog?: Readonly<Record<string, string>> };
}

export interface LicensedPackage {
  readonly id: string;
  readonly licence: string;
}

const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const SHA512 = /^sha512-[A-Za-z0-9+/]{86}==$/;

/** Packages whose install scripts run. Bun's script fetches the runtime for this machine. */
const TRUSTED: readonly string[] = ['bun'];

/** Packages that sign, encrypt, parse what strangers send, or speak to servers. Two majors side by side would be two sets of faults. */
const ONE_MAJOR = ['elysia', '@sinclair/typebox', 'jose', 'otpauth', 'nodemailer', 'kafkajs', 'kysely', 'mongodb', 'mysql2', 'pino'];

/** Licences of packages that may be passed on with this project's own, together with their texts. */
const LICENCES = new Set(['MIT', 'MIT-0', '0BSD', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'Python-2.0', '(MIT AND Zlib)', 'MPL-2.0', 'MPL 2.0', '(MIT OR CC0-1.0)', '(AFL-2.1 OR BSD-3-Clause)']);

/** Returns a sentence for each fault of the packages that would be installed; none if all is well. */
export function lockFaults(packages: readonly LockedPackage[], manifests: readonly Manifest[]): readonly string[] {
  return [...sourceFaults(packages), ...manifests.flatMap(manifestFaults), ...majorFaults(packages)];
}

export function licenceFaults(packages: readonly LicensedPackage[]): readonly string[] {
  return packages.filter(({ licence }) => !LICENCES.has(licence)).map(({ id, licence }) => `${id} is under ${licence || 'no licence that it names'}: see whether it may be used, and add it to LICENCES if so`);
}

function sourceFaults(packages: readonly LockedPackage[]): readonly string[] {
  const others = packages.filter(({ version }) => !version.startsWith('workspace:'));
  return others.flatMap(({ name, version, integrity }) => {
    if (!EXACT.test(version)) return [`${name} comes from ${version}, not from a registry`];
    if (integrity === undefined || !SHA512.test(integrity)) return [`${name}@${version} has no sha512 in bun.lock: what would be installed is not known`];
    return [];
  });
}

function manifestFaults({ file, dependencies = {}, devDependencies = {}, trustedDependencies = [], workspaces }: Manifest): readonly string[] {
  const wanted = [...Object.entries(dependencies), ...Object.entries(devDependencies)];
  const loose = wanted.filter(([, version]) => !EXACT.test(version) && version !== 'catalog:' && version !== 'workspace:*');
  const floating = Object.entries(workspaces?.catalog ?? {}).filter(([, version]) => !EXACT.test(version));
  const untold = trustedDependencies.filter((name) => !TRUSTED.includes(name));
  return [
    ...loose.map(([name, version]) => `${file}: ${name} is ${version}, neither exact nor of the catalog`),
    ...floating.map(([name, version]) => `${file}: the catalog has ${name} as ${version}, not one version`),
    ...untold.map((name) => `${file}: install scripts of ${name} would run`),
  ];
}

function majorFaults(packages: readonly LockedPackage[]): readonly string[] {
  return ONE_MAJOR.flatMap((name) => {
    const majors = new Set(packages.filter((each) => each.name === name).map(({ version }) => version.split('.')[0]));
    return majors.size > 1 ? [`${name} is there in ${majors.size} majors: ${[...majors].join(', ')}`] : [];
  });
}

/** Checks what would be installed, without network requests: sources, hashes, versions, install scripts, licences. Exit code 0: no fault. */
async function check(): Promise<void> {
  const packages = readLock(await Bun.file(join(ROOT, 'bun.lock')).text());
  const licensed = await installed();
  const faults = [...lockFaults(packages, await ownManifests()), ...licenceFaults(licensed)];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.stdout.write(`${packages.length} packages in bun.lock, licences of ${licensed.length}: ${faults.length} faults\n`);
  // Images that are not pinned are no fault of the code, and cannot be fixed without a registry; printed so that nobody finds out by chance.
  Bun.spawnSync(['sh', join(ROOT, 'deploy/pin-images.sh'), '--unpinned'], { stdio: ['ignore', 'inherit', 'inherit'] });
  process.exitCode = faults.length === 0 && licensed.length > 0 ? EXIT.ok : EXIT.failed;
}

if (import.meta.main) await check();
