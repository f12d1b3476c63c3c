import { type ConfigSpec, describedDefault, type Variable } from './config.ts';

/** Flags of every service's program; it takes at most one, and serves without any. */
export const FLAGS = {
  '--migrate': 'brings its schema up to date and ends',
  '--topics': 'makes the topics of the shop that are missing and ends',
  '--health': 'asks the one that runs on this host at PORT whether it is ready; 0 when it is',
  '--help': 'says this',
} as const;

interface Program {
  readonly name: string;
  readonly variables: ConfigSpec;
}

/** The flags and variables, as they are declared; required variables come first. */
export function programHelp({ name, variables }: Program): string {
  const { required = [], optional = [] } = Object.groupBy(Object.values(variables), ({ fallback }) => (fallback === undefined ? 'required' : 'optional'));
  return [
    `${name}: a service of Souk. Serves until SIGTERM, or does what one flag says:`,
    '',
    ...Object.entries(FLAGS).map(([flag, about]) => `  ${flag.padEnd(12)}${about}`),
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
