import { newSecret, otpauthUrl, stepOf } from '@souk/user/second-factor/codes';

/** Prints which step each code is of, null for none; and how new secrets look. */
const { secret, codes } = JSON.parse(process.argv[2] ?? '{}') as { readonly secret: string; readonly codes: readonly (readonly [string, number])[] };
const steps = codes.map(([code, second]) => stepOf(secret, code, second * 1000) ?? null);
process.stdout.write(JSON.stringify([...steps, otpauthUrl(secret, 'ada@example.com'), /^[A-Z2-7]{32}$/.test(newSecret())]));
