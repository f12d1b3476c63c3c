import { closed, personal } from '@souk/contracts/schema';
import { Name } from '@souk/contracts/strings';
import { Type } from '@sinclair/typebox';

/** JSON merge patch of a profile: absent fields stay. The name is required, so it cannot be removed. */
export const PatchProfile = closed({ name: Type.Optional(personal(Name)) });
