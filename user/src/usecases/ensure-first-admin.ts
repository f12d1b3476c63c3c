import type { UseCase } from '@souk/chassis/engine/writer/use-case';
import { ADMINS, completeRoles, withAdmin } from '../domain/roles.ts';
import type { UserCollections } from '../storage/user-store.ts';
import { registration, type RegisterRequest } from './register-user.ts';

type FirstAdmin = 'made' | 'there-is-one' | 'email-taken';

/**
 * Makes an admin when there is none. An account that has the address already is left as it is: the person who registered
 * it has chosen its password, and would become admin.
 */
export const ensureFirstAdmin: UseCase<UserCollections, RegisterRequest, FirstAdmin> = {
  name: 'ensure first admin',
  keys: ({ email }) => ({ emails: [email], adminLists: [ADMINS] }),
  decide(request, world, { now, newId }) {
    const admins = world.get('adminLists', ADMINS);
    if (admins !== undefined && admins.userIds.length > 0) return { answer: 'there-is-one' };
    if (world.get('emails', request.email) !== undefined) return { answer: 'email-taken' };
    const id = newId();
    const decision = registration(request, completeRoles(['staff', 'admin']), { id, now });
    return { ...decision, answer: 'made', puts: { ...decision.puts, adminLists: [withAdmin(admins, id)] } };
  },
};
