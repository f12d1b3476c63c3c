import { createHmac, timingSafeEqual } from 'node:crypto';

/** Maximum difference in seconds between a signature's time and ours: a recorded webhook is worthless later. */
const WINDOW_S = 300;
/** A sender that changes its secret signs with both; no honest header has more than this. */
const MOST_SIGNATURES = 5;

/** The value of the `Souk-Signature` header for this body. `at`: epoch milliseconds. */
export function signWebhook(body: string, { secret, at }: { readonly secret: string; readonly at: number }): string {
  const time = String(Math.floor(at / 1000));
  return `t=${time},v1=${macOf(time, Buffer.from(body), secret).toString('hex')}`;
}

/** True when some body could match the header: it has one time, within the window around `now`, and signatures. */
export function mayBeSigned(header: string | null, now: number): boolean {
  const { time, signatures } = partsOf(header ?? '');
  return time !== undefined && isInTime(time, now) && signatures.length > 0;
}

/**
 * True when one of the secrets has signed exactly these bytes within the window around `now` (epoch milliseconds). During a
 * rotation both secrets are tried, always all of them, each compared in constant time.
 */
export function isSigned(
  header: string | null,
  body: Uint8Array,
  { secrets, now }: { readonly secrets: readonly string[]; readonly now: number },
): boolean {
  const { time, signatures } = partsOf(header ?? '');
  if (time === undefined || !isInTime(time, now)) return false;
  const expected = secrets.map((secret) => macOf(time, body, secret));
  const fits = signatures.flatMap((signature) => expected.map((mac) => timingSafeEqual(mac, signature)));
  return fits.includes(true);
}

function isInTime(time: string, now: number): boolean {
  return Math.abs(now / 1000 - Number(time)) <= WINDOW_S;
}

interface Parts {
  /** digits, as they were signed; undefined: the header does not have exactly one time */
  readonly time: string | undefined;
  readonly signatures: readonly Buffer[];
}

function partsOf(header: string): Parts {
  const entries = header.split(',').map((part) => part.trim());
  const times = entries.filter((entry) => entry.startsWith('t=')).map((entry) => entry.slice(2));
  const signatures = entries.filter((entry) => /^v1=[0-9a-f]{64}$/i.test(entry)).slice(0, MOST_SIGNATURES);
  const [time = ''] = times;
  return {
    time: times.length === 1 && /^\d{1,12}$/.test(time) ? time : undefined,
    signatures: signatures.map((entry) => Buffer.from(entry.slice(3), 'hex')),
  };
}

function macOf(time: string, body: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest();
}
