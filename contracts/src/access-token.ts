import { type Static, Type } from '@sinclair/typebox';
import { Uuid } from './ids.ts';
import { impersonal } from './personal.ts';
import { Role } from './roles.ts';

/** Seconds from `iat` to `exp` at most: what User may be set to, and what everybody else believes. */
export const ACCESS_TOKEN_LIFE_S = 900;

/**
 * The claims of an access token (JWT, header `typ: at+jwt`), made by User and verified by all five.
 * `exp` and `iat` in seconds; `sid` is the session's id; `gen` counts how often access of this user was ended before,
 * from 1 (absent: an older User gave it); `mfa_at` is when a code of the second factor last came in this session, in seconds
 * (absent: none did). Open, because a newer User may add claims.
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
