import { type Static, Type } from '@sinclair/typebox';
import { impersonal, oneOf } from './schema.ts';
import { Uuid } from './strings.ts';

/** Everybody is a customer; admin includes staff. */
export const Role = oneOf('customer', 'staff', 'admin');
export type Role = Static<typeof Role>;

/** Longest time from `iat` to `exp` in seconds: User cannot be set to more, and no service accepts more, but for the tolerated difference of clocks. */
export const ACCESS_TOKEN_LIFE_S = 900;

/**
 * The claims of an access token (JWT, header `typ: at+jwt`), issued by User and verified by all five services. `exp` and `iat` are in seconds; `sid`
 * is the session's id; `gen` starts at 1 and counts how often access of this user was ended (absent: issued by an older User); `mfa_at` is the time
 * of the session's last second-factor code, in seconds (absent: there was none). Open, because a newer User may add claims.
 */
export const AccessTokenClaims = Type.Object({
  iss: impersonal(Type.String({ minLength: 1 })),
  aud: impersonal(Type.String({ minLength: 1 })),
  sub: Uuid,
  exp: Type.Integer({ minimum: 0 }),
  iat: Type.Integer({ minimum: 0 }),
  jti: Uuid,
  sid: Uuid,
  gen: Type.Optional(Type.Integer({ minimum: 0 })),
  mfa_at: Type.Optional(Type.Integer({ minimum: 0 })),
  roles: Type.Array(Role),
});
export type AccessTokenClaims = Static<typeof AccessTokenClaims>;
