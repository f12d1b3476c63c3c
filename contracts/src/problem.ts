import { type Static, Type } from '@sinclair/typebox';
import { Money } from './money.ts';
import { impersonal, oneOf } from './schema.ts';

const Said = impersonal(Type.String());

/** `pointer`: a JSON Pointer into the body, or `?name` for a query parameter. */
export const FieldError = Type.Object({ pointer: Said, detail: Said });
export type FieldError = Static<typeof FieldError>;

/**
 * The reason why a parcel cannot take a step. `refunded`: all of the order's money went back, so no parcel of it is sent any more; after a partial
 * refund they still are. `erased`: the customer was deleted under a version that erased orders before their delivery, so there is no address.
 */
export const ShippingRefusal = oneOf('cancelled', 'refunded', 'erased', 'not_sent_yet', 'sent_otherwise');
export type ShippingRefusal = Static<typeof ShippingRefusal>;

/**
 * RFC 9457. `total` comes with `total-changed` only, `reason` with `not-shippable`, `limit` and `size` (bytes) with
 * `event-too-large`.
 */
export const Problem = Type.Object({
  type: Type.String({ pattern: '^urn:souk:problem:[a-z-]+$', description: 'urn:souk:problem: and the code' }),
  title: Said,
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: impersonal(Type.String({ minLength: 1 })),
  instance: Type.Optional(Said),
  requestId: Said,
  errors: Type.Optional(Type.Array(FieldError)),
  total: Type.Optional(Money),
  reason: Type.Optional(ShippingRefusal),
  limit: Type.Optional(Type.Integer({ minimum: 1 })),
  size: Type.Optional(Type.Integer({ minimum: 1 })),
});
export type Problem = Static<typeof Problem>;

/** Members of a problem of this code beyond RFC 9457's own. */
export type ProblemExtension<C extends ProblemCode> = C extends keyof ExtensionMembers
  ? Required<Pick<Problem, ExtensionMembers[C]>>
  : Partial<Record<ExtensionMembers[keyof ExtensionMembers], never>>;

interface ExtensionMembers {
  readonly 'total-changed': 'total';
  readonly 'not-shippable': 'reason';
  readonly 'event-too-large': 'limit' | 'size';
}

interface ProblemType {
  readonly status: number;
  readonly title: string;
}

/** Every error the five services and the console answer with: one code, one status, one title, and a URI that never changes. */
export const PROBLEM_TYPES = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'malformed-text': { status: 400, title: 'The text is not UTF-8' },
  'idempotency-key-missing': { status: 400, title: 'This request needs an Idempotency-Key' },
  'signature-invalid': { status: 400, title: 'The signature does not fit' },
  'idempotency-key-invalid': { status: 400, title: 'The Idempotency-Key must be 1 to 200 visible ASCII characters' },
  unauthenticated: { status: 401, title: 'A valid access token is needed' },
  'invalid-credentials': { status: 401, title: 'E-mail or password is wrong' },
  'second-factor-required': { status: 401, title: 'A code of the second factor is needed' },
  'second-factor-wrong': { status: 401, title: 'The code is wrong, or was used before' },
  'refresh-token-invalid': { status: 401, title: 'The refresh token is not valid any more' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  'second-factor-stale': { status: 403, title: 'This needs a code of the second factor that was given lately' },
  'console-cross-origin': { status: 403, title: "Only the console's own pages may ask this" },
  'console-read-only': { status: 403, title: 'This console changes nothing' },
  'account-disabled': { status: 403, title: 'The account is disabled' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'body-incomplete': { status: 408, title: 'The body did not come in time' },
  conflict: { status: 409, title: 'The request does not fit the current state' },
  'request-in-progress': { status: 409, title: 'The first request with this Idempotency-Key is still running' },
  'total-changed': { status: 409, title: 'The total is not the expected one' },
  'open-orders-limit': { status: 409, title: 'You have as many open orders as you may' },
  'pieces-on-hold-limit': { status: 409, title: 'You have as many pieces in open orders as you may' },
  'payment-method-limit': { status: 409, title: 'You have as many payment methods as you may' },
  'not-cancellable': { status: 409, title: 'The order cannot be cancelled any more' },
  'sku-taken': { status: 409, title: 'The SKU belongs to another product' },
  'slug-taken': { status: 409, title: 'The slug belongs to another product' },
  'insufficient-stock': { status: 409, title: 'There is not enough stock' },
  'refund-exceeds': { status: 409, title: 'More than is left of the payment cannot be refunded' },
  'email-taken': { status: 409, title: 'The e-mail address is registered already' },
  'session-refreshed': { status: 409, title: 'The session was refreshed meanwhile' },
  'last-admin': { status: 409, title: 'The last admin must stay admin' },
  'category-in-use': { status: 409, title: 'The category still has children or products' },
  'not-shippable': { status: 409, title: 'The shipment cannot take this step' },
  'link-invalid': { status: 410, title: 'The link is not valid any more' },
  'precondition-failed': { status: 412, title: 'The resource has changed' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'image-too-large': { status: 413, title: 'The image is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type is not supported' },
  'range-not-satisfiable': { status: 416, title: 'The range lies beyond the end' },
  validation: { status: 422, title: 'The request is not valid' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'sku-unknown': { status: 422, title: 'The SKU is not known' },
  'sku-inactive': { status: 422, title: 'The SKU is not on sale' },
  'mixed-currencies': { status: 422, title: 'The items have prices in different currencies' },
  'category-cycle': { status: 422, title: 'A category cannot lie below itself' },
  'category-unknown': { status: 422, title: 'The category is not known' },
  'password-common': { status: 422, title: 'The password is one of the most common ones' },
  'warehouse-unknown': { status: 422, title: 'The warehouse is not known' },
  'payment-token-refused': { status: 422, title: 'The gateway does not know the token' },
  'event-too-large': { status: 422, title: 'The change makes more than its event can carry' },
  'card-number-refused': { status: 422, title: 'Card numbers are not accepted here' },
  'precondition-required': { status: 428, title: 'This request needs If-Match' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong on our side' },
  overloaded: { status: 503, title: 'The service has too much to do' },
  'mail-not-configured': { status: 503, title: 'This shop sends no mail' },
  unavailable: { status: 503, title: 'The service cannot do this right now' },
} as const satisfies Record<string, ProblemType>;

export type ProblemCode = keyof typeof PROBLEM_TYPES;

export type ProblemTypeUri = `urn:souk:problem:${ProblemCode}`;

/** Stable, and not resolvable on purpose: nobody has to keep a site for it. */
export function problemTypeUri(code: ProblemCode): ProblemTypeUri {
  return `urn:souk:problem:${code}`;
}
