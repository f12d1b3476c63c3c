export type Environment = Readonly<Record<string, string | undefined>>;

/** How one variable is read. `parse` returns the value, or throws a ConfigProblem that says what is wrong with it. */
export interface Variable<T> {
  readonly name: string;
  readonly about: string;
  /** What a valid value looks like, for people. */
  readonly form: string;
  readonly isSecret: boolean;
  /** What holds when the variable is not set; without one it must be set. */
  readonly fallback?: { readonly value: T };
  parse(text: string): T;
}

export type ConfigSpec = Readonly<Record<string, Variable<unknown>>>;
export type ConfigOf<S extends ConfigSpec> = { readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never };

/** Names every variable that is missing or wrong; never quotes the value of a secret. */
export class ConfigError extends Error {
  readonly code = 'config-invalid';
  constructor(readonly problems: readonly { readonly variable: string; readonly reason: string }[]) {
    super(problems.map(({ variable, reason }) => `${variable} ${reason}`).join('\n'));
    this.name = 'ConfigError';
  }
}

class ConfigProblem extends Error {
  readonly code = 'config-value-wrong';
}

/** An empty variable counts as not set: that is what compose files and shells make of an absent one. */
export function readConfig<const S extends ConfigSpec>(env: Environment, spec: S): ConfigOf<S> {
  const values: Record<string, unknown> = {};
  const problems: { variable: string; reason: string }[] = [];
  for (const [field, variable] of Object.entries(spec)) {
    const text = env[variable.name]?.trim() ?? '';
    if (text === '' && variable.fallback === undefined) problems.push({ variable: variable.name, reason: 'is not set' });
    else if (text === '') values[field] = variable.fallback?.value;
    else readOne(text, variable, (reason) => problems.push({ variable: variable.name, reason }), (value) => (values[field] = value));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(values) as ConfigOf<S>;
}

function readOne<T>(text: string, variable: Variable<T>, wrong: (reason: string) => void, right: (value: T) => void): void {
  try {
    right(variable.parse(text));
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    wrong(variable.isSecret ? `must be ${variable.form}` : `must be ${variable.form}, not '${text}'`);
  }
}

function variable<T>(name: string, about: string, form: string, parse: (text: string) => T): Variable<T> {
  return { name, about, form, isSecret: false, parse };
}

export function text(name: string, about: string): Variable<string> {
  return variable(name, about, 'text', (value) => value);
}

export function integer(name: string, about: string, { min, max }: { min: number; max: number }): Variable<number> {
  return variable(name, about, `a whole number from ${min} to ${max}`, (value) => wholeNumber(value, min, max));
}

export function port(name: string, about: string): Variable<number> {
  return variable(name, about, 'a port from 0 (any free one) to 65535', (value) => wholeNumber(value, 0, 65_535));
}

function wholeNumber(text: string, min: number, max: number): number {
  const number = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) throw new ConfigProblem();
  return number;
}

/** Read as seconds, held as milliseconds. */
export function seconds(name: string, about: string, { min, max }: { min: number; max: number }): Variable<number> {
  return variable(name, about, `seconds, ${min} to ${max}`, (value) => {
    const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) throw new ConfigProblem();
    return Math.round(number * 1000);
  });
}

export function url(name: string, about: string, protocols: readonly string[] = ['http', 'https']): Variable<string> {
  return variable(name, about, `a URL (${protocols.join(', ')})`, (value) => {
    const parsed = URL.parse(value);
    if (parsed === null || !protocols.includes(parsed.protocol.slice(0, -1))) throw new ConfigProblem();
    return value;
  });
}

export function choice<const V extends readonly string[]>(name: string, about: string, values: V): Variable<V[number]> {
  return variable(name, about, `one of ${values.join(', ')}`, (value) => {
    if (!values.includes(value)) throw new ConfigProblem();
    return value;
  });
}

export function withDefault<T>(read: Variable<T>, value: T): Variable<T> {
  return { ...read, fallback: { value } };
}

export function optional<T>(read: Variable<T>): Variable<T | undefined> {
  return { ...read, fallback: { value: undefined } };
}

/** Never shown: not in an error, not in a table. */
export function secret<T>(read: Variable<T>): Variable<T> {
  return { ...read, isSecret: true };
}

/** The spec as a Markdown table, for a README. */
export function configTable(spec: ConfigSpec): string {
  const rows = Object.values(spec).map(
    ({ name, about, form, fallback, isSecret }) => `| \`${name}\` | ${about} | ${form} | ${shownDefault(fallback, isSecret)} |`,
  );
  return ['| variable | what | form | default |', '|---|---|---|---|', ...rows].join('\n');
}

function shownDefault(fallback: { readonly value: unknown } | undefined, isSecret: boolean): string {
  if (fallback === undefined) return 'required';
  if (fallback.value === undefined) return 'none';
  return isSecret ? 'hidden' : `\`${String(fallback.value)}\``;
}
