import { Type } from '@sinclair/typebox';

/** A name for URLs: small letters and digits, with single dashes between them. Ids have this form too. */
export const Slug = Type.String({ pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$', minLength: 1, maxLength: 200, description: 'small letters from a to z and digits, with single dashes between them' });
