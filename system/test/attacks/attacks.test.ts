import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { ATTACKS } from '../../src/tools/attacks/attacks.ts';
import { bystander, honestRequest } from '../../src/tools/attacks/attack-target.ts';
import { type AttackedShop, onEveryAttackedShop } from './support/attacked-shop.ts';

setDefaultTimeout(120_000);
/** Far more than anybody should wait; the benchmark says what they do (`npm run bench:attacks`). */
const PATIENCE_MS = 5000;

onEveryAttackedShop('under attack', (open) => {
  let shop: AttackedShop;
  beforeAll(async () => {
    shop = await open();
  }, 400_000);
  afterAll(() => shop?.[Symbol.asyncDispose](), 60_000);

  test.each([...ATTACKS])('$row: $title: the shop holds, and honest callers are served', async ({ service, run }) => {
    const honest = bystander(honestRequest(shop, service));
    const wrong = await run(shop).catch((error: unknown) => [`the attack could not go on: ${String(error)}`]);
    const { statuses, slowestMs, medianMs } = await honest.leave();
    process.stdout.write(`  honest callers: ${JSON.stringify(statuses)}, median ${medianMs.toFixed(1)} ms, slowest ${slowestMs.toFixed(0)} ms\n`);
    expect({ fallen: shop.fallen(), wrong }).toEqual({ fallen: [], wrong: [] });
    expect(Object.keys(statuses)).toEqual(['200']);
    expect(slowestMs).toBeLessThan(PATIENCE_MS);
  });
});
