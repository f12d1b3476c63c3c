import { standardError } from '../telemetry/standard-error.ts';
import type { ListenError } from '../web/app/listen.ts';
import { type ConfigSpec, describedDefault, type Variable } from './config.ts';

/** Remedies of a port that cannot be opened, for a program that is set by environment variables. */
export const LISTEN_CURES: Readonly<Record<ListenError['remedy'], string>> = {
  taken: 'end the process that has it, or set another port as PORT (OPS_PORT)',
  port: 'set another port as PORT (OPS_PORT)',
  address: 'set one of its addresses as HOST (OPS_HOST), or 0.0.0.0 for all of them',
  files: 'raise the limit (ulimit -n)',
};

/** Writes a line to standard error; returns the exit code. */
export function told(code: number, message: string): number {
  standardError.write(`${message}\n`);
  return code;
}

interface HelpTopics {
  /** The program in a sentence, without its full stop. */
  readonly about: string;
  /** The effect of each flag. */
  readonly flags: Readonly<Record<string, string>>;
  readonly variables: ConfigSpec;
}

/** The flags and variables, as they are declared; required variables come first. */
export function programHelp({ about, flags, variables }: HelpTopics): string {
  const { required = [], optional = [] } = Object.groupBy(Object.values(variables), ({ fallback }) => (fallback === undefined ? 'required' : 'optional'));
  return [
    `${about}. Serves until SIGTERM, or does what one flag says:`,
    '',
    ...Object.entries(flags).map(([flag, does]) => `  ${flag.padEnd(12)}${does}`),
    '',
    'Its settings are environment variables; an empty one counts as not set.',
    '',
    ...[...required, ...optional].flatMap(described),
    '',
  ].join('\n');
}

function described(variable: Variable<unknown>): readonly string[] {
  const { name, about, form, fallback, isSecret } = variable;
  // As in a README, without the Markdown marks.
  const preset = describedDefault(variable).replaceAll(/^`"?|"?`$/g, '');
  const rest = [form, fallback === undefined ? describedDefault(variable).replaceAll('`', '') : `default ${preset === '' || preset === '[]' ? 'none' : preset}`];
  if (isSecret) rest.push(`or in the file that ${name}_FILE names`);
  return [`  ${name}`, `      ${about.replaceAll('`', '')}`, `      ${rest.join('; ')}`];
}
