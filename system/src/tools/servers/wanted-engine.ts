import { EnvironmentError } from '../../cli/errors.ts';

const ENGINES = ['auto', 'native', 'docker'] as const;

/** Reads SOUK_SERVERS: containers or programs of this machine; auto: containers if a Docker engine runs. */
export function wantedEngine(env: Readonly<Record<string, string | undefined>>): (typeof ENGINES)[number] {
  const wanted = env['SOUK_SERVERS'] ?? 'auto';
  const engine = ENGINES.find((one) => one === wanted);
  if (engine === undefined) throw new EnvironmentError(`SOUK_SERVERS is "${wanted}"`, `It may be ${ENGINES.join(', ')}`);
  return engine;
}
