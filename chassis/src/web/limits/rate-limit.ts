import { recentMap } from '../../recent-map.ts';

/** Length of the window for which quotas are stated. */
const WINDOW_S = 60;
const WINDOW_MS = WINDOW_S * 1000;
/** Tolerance: 60 s divided by a quota is seldom a binary fraction; no request may fail on that, and no wait be a second longer. */
const ROUNDING_MS = 1e-3;

export interface RateLimitOptions {
  /** Name of the policy, as callers see it in the headers. */
  readonly name: string;
  /** Number of requests allowed at once, and number restored within a minute. */
  readonly perMinute: number;
  /** Maximum number of keys that are remembered (at least half of it is); those silent for longest go first. */
  readonly keys?: number;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
}

export interface RateDecision {
  /** undefined: the request may pass. Whole seconds, at least 1. */
  readonly retryAfterS: number | undefined;
  /** `RateLimit-Policy` and `RateLimit` of draft-ietf-httpapi-ratelimit-headers-10. */
  readonly policy: string;
  readonly state: string;
}

/**
 * A token bucket per key. Only the time at which it will be full again is kept (the generic cell rate algorithm), so nothing
 * has to run between requests. Each process counts for itself.
 */
export function rateLimit({
  name,
  perMinute,
  keys = 20_000,
  now = () => performance.now(),
}: RateLimitOptions): (key: string) => RateDecision {
  const costMs = WINDOW_MS / perMinute;
  const policy = `"${name}";q=${perMinute};w=${WINDOW_S}`;
  const fullAt = recentMap<number>(keys);

  return (key) => {
    const at = now();
    const before = Math.max(fullAt.get(key) ?? at, at);
    const overMs = before + costMs - at - WINDOW_MS;
    const isOver = overMs > ROUNDING_MS;
    const after = isOver ? before : before + costMs;
    fullAt.set(key, after);
    const left = Math.max(0, Math.floor((WINDOW_MS - (after - at) + ROUNDING_MS) / costMs));
    return {
      retryAfterS: isOver ? Math.max(1, Math.ceil(overMs / 1000)) : undefined,
      policy,
      state: `"${name}";r=${left};t=${Math.ceil((after - at - ROUNDING_MS) / 1000)}`,
    };
  };
}
