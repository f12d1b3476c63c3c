import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A package of which a program has at least one file. */
export interface BundledPackage {
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
  if (mute.length > 0) throw new Error(`no licence, or no text of it, is in ${mute.join(', ')}: nobody may be given a program with it`);
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
