import { readFileSync } from 'node:fs';
import { ConfigError, type ConfigFault, type ConfigSpec, type Environment } from './config.ts';

/** Reads secrets from files: a secret `X` may be in a file that `X_FILE` names, as containers are given secrets. Throws ConfigError. */
export function withSecretFiles(env: Environment, spec: ConfigSpec): Environment {
  const secrets: Record<string, string> = {};
  const faults: ConfigFault[] = [];
  for (const { name, isSecret } of Object.values(spec)) {
    const variable = `${name}_FILE`;
    const path = env[variable]?.trim();
    if (!isSecret || !path) continue;
    if (env[name]?.trim()) faults.push({ name: variable, reason: `is set beside ${name}: choose one` });
    else {
      try {
        secrets[name] = readFileSync(path, 'utf8').trim();
      } catch (error) {
        faults.push({ name: variable, reason: `cannot be read: ${error instanceof Error ? error.message : String(error)}` });
      }
    }
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return { ...env, ...secrets };
}
