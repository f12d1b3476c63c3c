import { readFileSync } from 'node:fs';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Declaration of one environment variable. `parse` returns the value, or WRONG for a text that is not valid. */
export interface Variable<T> {
  readonly name: string;
  readonly about: string;
  /** Description of a valid value, for people. */
  readonly form: string;
  readonly isSecret: boolean;
  /** The value when the variable is not set; without one it must be set. */
  readonly fallback?: { readonly value: T; readonly shown?: string };
  /** An example value, for people who have not set a required variable. */
  readonly example?: string;
  readonly parse: (given: string) => T | typeof WRONG;
  /** Held units per written unit: 1000 for seconds held as milliseconds. */
  readonly unit?: number;
}

export type ConfigSpec = Readonly<Record<string, Variable<unknown>>>;
export type ConfigOf<S extends ConfigSpec> = { readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never };

export interface ConfigFault {
  /** the variable's name */
  readonly name: string;
  readonly reason: string;
}

/** Names every variable that is missing or wrong; never quotes the value of a secret. */
export class ConfigError extends Error {
  readonly code = 'config-invalid';
  constructor(readonly problems: readonly ConfigFault[]) {
    super(problems.map(({ name, reason }) => `${name} ${reason}`).join('\n'));
    this.name = 'ConfigError';
  }
}

const WRONG: unique symbol = Symbol('not a value of this variable');

class WrongValue extends Error {
  readonly code = 'config-value-wrong';
}

/** An empty variable counts as not set: compose files and shells turn an absent one into an empty one. */
export function readConfig<const S extends ConfigSpec>(env: Environment, spec: S): ConfigOf<S> {
  const values: Record<string, unknown> = {};
  const problems: ConfigFault[] = [];
  for (const [field, variable] of Object.entries(spec)) {
    try {
      values[field] = valueOf(variable, env[variable.name]?.trim() ?? '');
    } catch (error) {
      if (!(error instanceof WrongValue)) throw error;
      problems.push({ name: variable.name, reason: error.message });
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as ConfigOf<S>;
}

/** Combines two readings; the faults of both are reported together. */
export function readTogether<A extends object, B extends object>(first: () => A, second: () => B): A & B {
  const [a, b] = [faultsOr(first), faultsOr(second)];
  if ('value' in a && 'value' in b) return { ...a.value, ...b.value };
  throw new ConfigError([...('faults' in a ? a.faults : []), ...('faults' in b ? b.faults : [])]);
}

function faultsOr<T>(read: () => T): { readonly value: T } | { readonly faults: readonly ConfigFault[] } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof ConfigError) return { faults: error.problems };
    throw error;
  }
}

function valueOf<T>({ form, isSecret, fallback, example, parse }: Variable<T>, given: string): T {
  if (given === '') {
    if (fallback === undefined) throw new WrongValue(example === undefined ? 'is not set' : `is not set; for example ${example}`);
    return fallback.value;
  }
  const value = parse(given);
  if (value === WRONG) throw new WrongValue(isSecret ? `must be ${form}` : `must be ${form}, not '${given}'`);
  return value;
}

function reading<T>(
  name: string,
  about: string,
  form: string,
  parse: (given: string) => T | typeof WRONG,
): Variable<T> {
  return { name, about, form, isSecret: false, parse };
}

export function text(name: string, about: string): Variable<string> {
  return reading(name, about, 'text', (value) => value);
}

const KEY_CHARACTERS = 32;
/** 32 random digits and letters nearly always have more different ones; `aaaa…` and `change-me-change-me…` do not. */
const KEY_DIFFERENT = 9;

/** A key: a short or repetitive text would be easy to guess. */
export function keyText(name: string, about: string): Variable<string> {
  const isKey = (value: string) => value.length >= KEY_CHARACTERS && new Set(value).size >= KEY_DIFFERENT;
  return reading(name, about, `at least ${KEY_CHARACTERS} characters, ${KEY_DIFFERENT} of them different`, (value) => (isKey(value) ? value : WRONG));
}

export function integer(name: string, about: string, { min, max }: { min: number; max: number }): Variable<number> {
  return reading(name, about, `a whole number from ${min} to ${max}`, (value) => wholeNumber(value, min, max));
}

export function port(name: string, about: string): Variable<number> {
  return reading(name, about, 'a port from 0 (any free one) to 65535', (value) => wholeNumber(value, 0, 65_535));
}

function wholeNumber(given: string, min: number, max: number): number | typeof WRONG {
  const number = /^-?\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  return number >= min && number <= max ? number : WRONG;
}

/** Read as seconds, held as milliseconds. */
export function seconds(name: string, about: string, { min, max }: { min: number; max: number }): Variable<number> {
  const read = reading(name, about, `seconds, ${min} to ${max}`, (value) => {
    const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? Math.round(number * 1000) : WRONG;
  });
  return { ...read, unit: 1000 };
}

export function url(name: string, about: string, protocols: readonly string[] = ['http', 'https']): Variable<string> {
  return reading(name, about, `a URL (${protocols.join(', ')})`, (value) => {
    const parsed = URL.parse(value);
    return parsed !== null && protocols.includes(parsed.protocol.slice(0, -1)) ? value : WRONG;
  });
}

/** At least one value, separated by commas. */
export function list(name: string, about: string, form: string, item: Pick<RegExp, 'test'>): Variable<readonly string[]> {
  return reading(name, about, `${form},…`, (given) => {
    const items = given.split(',').map((part) => part.trim());
    return items.every((part) => item.test(part)) ? items : WRONG;
  });
}

export function choice<const V extends readonly string[]>(name: string, about: string, values: V): Variable<V[number]> {
  return reading(name, about, `one of ${values.join(', ')}`, (value) => (values.includes(value) ? value : WRONG));
}

/** `shown`: the text in a table for a default that differs from machine to machine. */
export function withDefault<T>(read: Variable<T>, value: T, shown?: string): Variable<T> {
  return { ...read, fallback: { value, ...(shown !== undefined && { shown }) } };
}

export function optional<T>(read: Variable<T>): Variable<T | undefined> {
  return { ...read, fallback: { value: undefined } };
}

/** For a variable that must be set, because only the operator can know it. */
export function withExample<T>(read: Variable<T>, example: string): Variable<T> {
  return { ...read, example };
}

/** Marks a value that is never shown: not in an error, not in a table. */
export function secret<T>(read: Variable<T>): Variable<T> {
  return { ...read, isSecret: true };
}

/** The spec as a Markdown table, for a README. */
export function configTable(spec: ConfigSpec): string {
  const rows = Object.values(spec).map((variable) => {
    const { name, about, form } = variable;
    return `| \`${name}\` | ${about} | ${form} | ${describedDefault(variable)} |`;
  });
  return ['| variable | what | form | default |', '|---|---|---|---|', ...rows].join('\n');
}

/** The default as text for people; never shows a secret. */
export function describedDefault({ fallback, example, isSecret, unit = 1 }: Variable<unknown>): string {
  if (fallback === undefined) return example === undefined ? 'required' : `required, for example \`${example}\``;
  const { value, shown } = fallback;
  if (shown !== undefined) return shown;
  if (value === undefined) return 'none';
  return isSecret ? 'hidden' : `\`${JSON.stringify(typeof value === 'number' ? value / unit : value)}\``;
}

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
