import { createHash } from 'node:crypto';
import type { BundledPackage } from './bundled-packages.ts';
import type { LockedPackage } from './read-lock.ts';

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
