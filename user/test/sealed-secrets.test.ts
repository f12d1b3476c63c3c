import { describe, expect, test } from 'bun:test';
import { randomBytes } from 'node:crypto';
import { sealedSecrets } from '../src/second-factor/sealed-secrets.ts';

const [one, two] = [randomBytes(32), randomBytes(32)];
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('a sealed secret', () => {
  test('opens for its user, and reveals nothing to a reader', async () => {
    const { seal, open } = sealedSecrets(async () => [one]);
    const sealed = await seal('ada', SECRET);
    expect(await open('ada', sealed)).toBe(SECRET);
    expect(sealed).not.toContain(SECRET);
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain(SECRET);
    expect(await seal('ada', SECRET)).not.toBe(sealed);
  });

  test("does not open in another user's row, with a changed bit, or cut off", async () => {
    const { seal, open } = sealedSecrets(async () => [one]);
    const sealed = await seal('ada', SECRET);
    expect(await open('bob', sealed)).toBeUndefined();
    const [name = '', text = ''] = sealed.split('.');
    const bytes = Buffer.from(text, 'base64url');
    for (const at of [0, 12, 28, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await open('ada', `${name}.${changed.toString('base64url')}`)).toBeUndefined();
    }
    for (const length of [0, 5, 20, 28]) expect(await open('ada', `${name}.${bytes.subarray(0, length).toString('base64url')}`)).toBeUndefined();
  });

  test('is opened by an older key behind the current one, and not without it', async () => {
    const sealed = await sealedSecrets(async () => [one]).seal('ada', SECRET);
    const both = sealedSecrets(async () => [two, one]);
    expect(await both.open('ada', sealed)).toBe(SECRET);
    expect([await both.isCurrent(sealed), await both.isCurrent(await both.seal('ada', SECRET))]).toEqual([false, true]);
    expect(await sealedSecrets(async () => [two]).open('ada', sealed)).toBeUndefined();
  });
});
