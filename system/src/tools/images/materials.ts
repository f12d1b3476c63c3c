import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type LockedPackage, readLock } from './read-lock.ts';

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

/** A package of which a program has at least one file. */
interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression, as its package.json says. */
  readonly licence: string;
  /** Texts of licences and notices, by file name in the package's folder. */
  readonly texts: Readonly<Record<string, string>>;
}

/** Matches the last package folder in a path: of nested packages the inner one. */
const PACKAGE_FOLDER = /^(?:.*?:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const TEXT = /^(?:licen[cs]e|copying|notice)/i;

/**
 * Returns the packages of a bundle's files, sorted by name. `files`: the inputs of its metafile, from `root` or absolute. Throws
 * if a package lacks a licence or its text.
 */
export async function bundledPackages(root: string, files: readonly string[]): Promise<readonly BundledPackage[]> {
  const folders = new Set(files.flatMap((file) => PACKAGE_FOLDER.exec(file)?.[1] ?? []));
  const read = await Promise.all([...folders].map((folder) => packageIn(folder.startsWith('/') ? folder : join(root, folder))));
  const byId = new Map(read.map((each) => [`${each.name}@${each.version}`, each]));
  const mute = [...byId].filter(([, { texts, licence }]) => licence === '' || Object.keys(texts).length === 0).map(([id]) => id);
  if (mute.length > 0) throw new Error(`no licence, or no text of it, is in ${mute.join(', ')}: a program with it must not be handed out`);
  return [...byId.values()].toSorted((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version, 'en'));
}

/** Uses the text in `licences/` for a package that names a licence but does not ship its text. */
async function packageIn(folder: string): Promise<BundledPackage> {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license?: unknown };
  const files = (await readdir(folder)).filter((file) => TEXT.test(file)).toSorted();
  const ownCopy = Bun.file(join(import.meta.dir, 'licences', `${name}.txt`));
  if (files.length === 0 && (await ownCopy.exists())) return { name, version, licence: String(license), texts: { 'as it is published': await ownCopy.text() } };
  const texts = await Promise.all(files.map(async (file) => [file, await readFile(join(folder, file), 'utf8')] as const));
  return { name, version, licence: typeof license === 'string' ? license : '', texts: Object.fromEntries(texts) };
}

/** The parts of an image or program, as CycloneDX 1.6 in JSON. Only the fields that are written here. */
export interface BillOfMaterials {
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
}

export interface Component {
  readonly type: 'application' | 'library' | 'platform';
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly purl?: string;
  readonly hashes?: readonly { readonly alg: 'SHA-512'; readonly content: string }[];
  readonly licenses?: readonly ({ readonly license: { readonly id: string } | { readonly name: string } } | { readonly expression: string })[];
}

interface Program {
  readonly service: string;
  readonly version: string;
  readonly bunVersion: string;
  readonly packages: readonly BundledPackage[];
  readonly locked: readonly LockedPackage[];
}

/** The same program has the same bill: it holds no time, and its serial number is computed from its contents. */
export function billOfMaterials({ service, version, bunVersion, packages, locked }: Program): BillOfMaterials {
  const component: Component = { type: 'application', 'bom-ref': `souk-${service}`, name: `souk-${service}`, version, licenses: [{ license: { id: 'MIT' } }] };
  const bun: Component = { type: 'platform', 'bom-ref': `pkg:npm/bun@${bunVersion}`, name: 'bun', version: bunVersion, purl: `pkg:npm/bun@${bunVersion}`, licenses: [{ license: { id: 'MIT' } }] };
  return numbered(component, [bun, ...packages.map((each) => ofPackage(each, locked))]);
}

/** Adds components to a bill. */
export function withComponents(bill: BillOfMaterials, more: readonly Component[]): BillOfMaterials {
  return numbered(bill.metadata.component, [...bill.components, ...more]);
}

function numbered(component: Component, components: readonly Component[]): BillOfMaterials {
  const digest = createHash('sha256').update(JSON.stringify([component, components])).digest('hex');
  // UUID version 8 of RFC 9562: its bits have a private meaning.
  const uuid = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`, `a${digest.slice(17, 20)}`, digest.slice(20, 32)].join('-');
  return { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: `urn:uuid:${uuid}`, version: 1, metadata: { component }, components };
}

function ofPackage({ name, version, licence }: BundledPackage, locked: readonly LockedPackage[]): Component {
  const [group, own] = name.startsWith('@') ? name.split('/') : [undefined, name];
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const integrity = locked.find((each) => each.name === name && each.version === version)?.integrity;
  if (integrity?.startsWith('sha512-') !== true) throw new Error(`${name}@${version} is in the program and not in bun.lock with its sha512`);
  const content = Buffer.from(integrity.slice('sha512-'.length), 'base64').toString('hex');
  const told = /^[\w.-]+$/.test(licence) ? { license: { id: licence } } : { expression: licence };
  return { type: 'library', 'bom-ref': purl, ...(group !== undefined && { group }), name: own ?? name, version, purl, hashes: [{ alg: 'SHA-512', content }], licenses: [told] };
}
