import { collectionStep } from '@souk/chassis/stores/mongodb/collection-step';
import type { MongoMigrations } from '@souk/chassis/stores/mongodb/mongo-migrate';
import {
  AccountLinksDocument,
  AddressBookDocument,
  AdminListDocument,
  AttemptsDocument,
  CredentialDocument,
  DepartureDocument,
  KeyRingDocument,
  MailDocument,
  SealingKeyDocument,
  SessionDocument,
  UserDocument,
} from './user-documents.ts';

export const mongoUserMigrations: MongoMigrations = {
  'user-001-users': collectionStep('users', UserDocument, [{ key: { email: 1 }, unique: true }]),
  'user-002-credentials': collectionStep('credentials', CredentialDocument),
  'user-003-sessions': collectionStep('sessions', SessionDocument, [
    // `liveUntil` at the end passes over the ended ones without reading them.
    { key: { userId: 1, epoch: 1, _id: 1, liveUntil: 1 } },
    { key: { liveUntil: 1 } },
  ]),
  'user-004-admin-lists': collectionStep('admin_lists', AdminListDocument),
  'user-005-key-rings': collectionStep('key_rings', KeyRingDocument),
  'user-006-address-books': collectionStep('address_books', AddressBookDocument),
  'user-007-sign-in-attempts': collectionStep('sign_in_attempts', AttemptsDocument, [{ key: { forgottenAt: 1 } }]),
  'user-008-users-by-role': collectionStep('users', UserDocument, [{ key: { roles: 1, _id: -1 } }]),
  'user-009-key-rotation': collectionStep('key_rings', KeyRingDocument),
  'user-010-access-generations': collectionStep('credentials', CredentialDocument),
  'user-011-addresses-without-postal-code': collectionStep('address_books', AddressBookDocument),
  'user-012-superseded-tokens': collectionStep('sessions', SessionDocument),
  'user-013-known-devices': collectionStep('credentials', CredentialDocument),
  'user-014-sessions-of-devices': collectionStep('sessions', SessionDocument),
  'user-015-account-links': collectionStep('account_links', AccountLinksDocument, [{ key: { forgottenAt: 1 } }]),
  'user-016-mails': collectionStep('mails', MailDocument, [{ key: { dueAt: 1 } }]),
  'user-020-sealing-keys': collectionStep('sealing_keys', SealingKeyDocument),
  'user-021-second-factors': collectionStep('credentials', CredentialDocument),
  'user-022-sessions-with-second-factor': collectionStep('sessions', SessionDocument),
  'user-023-address-additions': collectionStep('address_books', AddressBookDocument),
  'user-024-departures': collectionStep('departures', DepartureDocument),
  'user-025-status': collectionStep('users', UserDocument),
  'user-026-confirmed-addresses': collectionStep('account_links', AccountLinksDocument),
  'user-027-mails-of-addresses': collectionStep('mails', MailDocument),
  'user-028-passwords-to-change': collectionStep('credentials', CredentialDocument),
};
