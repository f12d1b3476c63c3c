import { said } from '../result.ts';
import type { BenchShop } from '../shop/bench-shop.ts';
import { barePost } from './bare-post.ts';
import type { RawPart } from './raw-part.ts';

/** Measures the parts of a shop, each alone and at full speed: how far the shop is from what the machine can do. */
export async function rawParts({ servers }: Pick<BenchShop, 'servers'>): Promise<readonly RawPart[]> {
  process.stderr.write('raw parts\n');
  const parts = [await barePost(), ...(await engineParts(servers))];
  for (const { what, perSecond } of parts) said(`raw: ${what}: ${perSecond}/s`);
  return parts;
}

async function engineParts(servers: BenchShop['servers']): Promise<readonly RawPart[]> {
  if (servers === undefined) return (await import('./sqlite-parts.ts')).sqliteParts();
  return (await import('./server-parts.ts')).serverParts(servers);
}
