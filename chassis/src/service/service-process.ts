import type { ServiceName } from '@souk/contracts/services';
import type { ConfigSpec, Environment } from './config.ts';
import type { ServiceParts } from './http-service.ts';
import type { ServiceConfig } from './service-config.ts';
import type { ServiceStore } from '../engine/service-store.ts';
import type { Service } from './service.ts';
import type { EngineConfig } from './engine-config.ts';

/** What a process needs of a store; the service itself needs more. */
export type ProcessStore = Pick<ServiceStore<never>, 'migrate' | 'pendingMigrations' | 'close'>;

/** What a process itself looks at. */
export type RunningConfig = Pick<ServiceConfig, 'instance' | 'logLevel' | 'port' | 'shutdownDelayMs'>;

/** A service as a program: how its settings are read, its store is opened, and both become a service. */
export interface ServiceProcess<Config extends EngineConfig, Store extends ProcessStore> {
  readonly name: ServiceName;
  /** All its variables. */
  readonly variables: ConfigSpec;
  /** Throws ConfigError. */
  readConfig(env: Environment): Config & RunningConfig;
  openStore(options: { readonly url: string; readonly poolSize: number }): Store;
  create(parts: ServiceParts & { readonly config: Config; readonly store: Store }): Service;
}
