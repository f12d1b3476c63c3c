import type { ServiceName } from '@souk/contracts/services';
import type { ConfigSpec, Environment } from './config.ts';
import type { ServiceParts } from './create-service.ts';
import type { ServiceConfig } from './service-config.ts';
import type { ServiceStore } from '../engine/service-store.ts';
import type { Service } from './service.ts';
import type { ServerConfig } from './server-config.ts';

/** The part of a store that a process needs; the service itself needs more. */
export type ProgramStore = Pick<ServiceStore<never>, 'migrate' | 'pendingMigrations' | 'close'>;

/** The settings that a process itself reads. */
export type RunningConfig = Pick<ServiceConfig, 'instance' | 'logLevel' | 'port' | 'shutdownDelayMs'>;

/** A service as a program: reads its settings, opens its store, and makes a service of both. */
export interface Program<Config extends ServerConfig, Store extends ProgramStore> {
  readonly name: ServiceName;
  /** All its variables. */
  readonly variables: ConfigSpec;
  /** Throws ConfigError. */
  readConfig(env: Environment): Config & RunningConfig;
  openStore(options: { readonly url: string; readonly poolSize: number }): Store;
  create(parts: ServiceParts & { readonly config: Config; readonly store: Store }): Service;
}
