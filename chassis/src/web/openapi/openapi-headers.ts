const text = (description: string, more: object = {}) => ({ description, schema: { type: 'string', ...more } });

/** `components.headers` of every service's document. */
export const HEADER_COMPONENTS = {
  'X-Request-Id': text("The caller's own or a new one; it is in the log.", { pattern: '^[A-Za-z0-9._-]{1,64}$' }),
  RateLimit: text('What is left of the quota (r), and seconds until all of it is back (t).', { examples: ['"user";r=1199;t=1'] }),
  'RateLimit-Policy': text('The quota (q) of a window of seconds (w).', { examples: ['"user";q=1200;w=60'] }),
  ETag: text('The version, for If-Match and If-None-Match.', { examples: ['"3"'] }),
  Location: text('The path of what was made.'),
  'Retry-After': { description: 'Seconds.', schema: { type: 'integer', minimum: 0 } },
  'Idempotency-Replayed': text('This is the answer of an earlier request with the same key.', { const: 'true' }),
  'WWW-Authenticate': text('Bearer, with an error where a token came that is no good.'),
} as const;

function of(...names: readonly (keyof typeof HEADER_COMPONENTS)[]): Readonly<Record<string, object>> {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** Response headers, by kind of answer. */
export const HEADERS = {
  always: of('X-Request-Id', 'RateLimit', 'RateLimit-Policy'),
  tag: of('ETag'),
  made: of('Location'),
  replayed: of('Idempotency-Replayed'),
  retryAfter: of('Retry-After'),
  challenge: of('WWW-Authenticate'),
} as const;
