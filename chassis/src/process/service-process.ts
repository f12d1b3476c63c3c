import type { ServiceName } from '@souk/contracts/services';
import type { ConfigSpec, Environment } from '../config.ts';
import type { ServiceParts } from '../http-service.ts';
import type { LogLevel } from '../logging.ts';
import type { Service } from '../service.ts';
import type { EngineConfig } from './engine-config.ts';

/** What a process needs of a store; the service itself needs more. */
export interface ProcessStore {
  migrate(): Promise<readonly string[]>;
  /** Throws when the database cannot answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** A service as a program: how its settings are read, its store is opened, and both become a service. */
export interface ServiceProcess<Config extends EngineConfig, Store extends ProcessStore> {
  readonly name: ServiceName;
  /** All its variables. */
  readonly variables: ConfigSpec;
  /** Throws ConfigError. */
  readConfig(env: Environment): Config & { readonly instance: string; readonly logLevel: LogLevel };
  openStore(options: { readonly url: string; readonly poolSize: number }): Store;
  create(parts: ServiceParts & { readonly config: Config; readonly store: Store }): Service;
}
