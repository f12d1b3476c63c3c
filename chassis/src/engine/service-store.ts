import type { MessageReads } from './messaging/message-reads.ts';
import type { ChassisCollections } from './writer/chassis-collections.ts';
import type { EndedAccessReads } from './ended-access.ts';
import type { Collections } from './writer/use-case.ts';
import type { WriterStore } from './writer/writer-store.ts';

/** The store that the chassis needs, on any database engine. A service adds its own reads. */
export interface ServiceStore<C extends Collections> {
  readonly writing: WriterStore<C & ChassisCollections>;
  readonly messages: MessageReads;
  readonly endedAccess: EndedAccessReads;
  /** Brings the schema up to date; returns the names of the steps done. */
  migrate(): Promise<readonly string[]>;
  /** The names of the steps that `migrate` would do. */
  pendingMigrations(): Promise<readonly string[]>;
  /** Throws when the database cannot answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}
