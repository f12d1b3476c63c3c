import type { LockedPackage } from '../images/read-lock.ts';

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
const LICENCES = new Set(['MIT', 'MIT-0', '0BSD', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'BlueOak-1.0.0', 'Unlicense', 'Python-2.0', '(MIT AND Zlib)', 'MPL-2.0', 'MPL 2.0']);

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
