import { describe, expect, test } from 'bun:test';
import type { Role } from '@souk/contracts/access-token';
import fc from 'fast-check';
import { type AdminList, ADMINS, completeRoles, isAdmin, newUser, replaceRoles, type User } from '../src/domain/user.ts';

const admins = (...userIds: string[]): AdminList => ({ id: ADMINS, userIds });

const user = (id: string, ...roles: Role[]): User =>
  newUser({ id, email: `${id}@example.com`, name: id, roles: completeRoles(roles), now: 1000 });

describe('roles', () => {
  test('given none, everybody stays customer', () => {
    expect(completeRoles([])).toEqual(['customer']);
  });

  test('given any order, they are kept in a fixed one', () => {
    expect(completeRoles(['admin', 'staff'])).toEqual(['customer', 'staff', 'admin']);
  });

  test('given a customer, when made staff, then a new version says so', () => {
    const change = replaceRoles(user('ada'), admins('root'), ['staff'], 2000);
    expect(change).toMatchObject({
      kind: 'changed',
      user: { roles: ['customer', 'staff'], version: 2, updatedAt: 2000 },
      admins: { userIds: ['root'] },
    });
  });

  test('given the present roles, nothing changes', () => {
    const change = replaceRoles(user('ada', 'staff'), admins('root'), ['staff', 'customer'], 2000);
    expect(change).toEqual({ kind: 'unchanged' });
  });

  test('given a new admin, the list has one more', () => {
    const change = replaceRoles(user('ada'), admins('root'), ['admin'], 2000);
    expect(change).toMatchObject({ kind: 'changed', admins: { userIds: ['root', 'ada'] } });
  });

  test('given two admins, one can be demoted', () => {
    const change = replaceRoles(user('root', 'admin'), admins('root', 'ada'), [], 2000);
    expect(change).toMatchObject({ kind: 'changed', user: { roles: ['customer'] }, admins: { userIds: ['ada'] } });
  });

  test('given the last admin, demotion is refused', () => {
    const change = replaceRoles(user('root', 'admin'), admins('root'), ['staff'], 2000);
    expect(change).toEqual({ kind: 'last-admin' });
  });

  test('whatever is asked for, somebody is admin, and the list and the users agree', () => {
    const ids = ['root', 'ada', 'bob'];
    const role = fc.constantFrom<Role>('customer', 'staff', 'admin');
    const step = fc.record({ id: fc.constantFrom(...ids), roles: fc.uniqueArray(role) });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const users = new Map([['root', user('root', 'admin')], ['ada', user('ada')], ['bob', user('bob')]]);
        let list = admins('root');
        for (const { id, roles } of steps) {
          const change = replaceRoles(users.get(id) ?? user(id), list, roles, 2000);
          if (change.kind !== 'changed') continue;
          users.set(id, change.user);
          list = change.admins;
        }
        expect(list.userIds.length).toBeGreaterThan(0);
        for (const [id, { roles }] of users) expect(isAdmin(list, id)).toBe(roles.includes('admin'));
      }),
    );
  });
});
