import type { Account, Accounts } from '../embedded/accounts.ts';
import type { ServiceUrls } from '../shop-client.ts';
import type { StartArguments } from './start-arguments.ts';

interface Open {
  readonly engines: StartArguments['engines'];
  readonly urls: ServiceUrls;
  readonly accounts: Accounts;
  /** The file of the accounts; undefined for a shop that was set up elsewhere. */
  readonly accountsFile: string | undefined;
  /** An order of the stories, if they were played; otherwise there is no customer either. */
  readonly order: string | undefined;
}

const LEAVING = {
  embedded: 'Ctrl-C stops the shop; its data stays.',
  real: 'Ctrl-C stops the shop and its servers; nothing of it stays.',
  deployed: 'Ctrl-C ends this program; the shop goes on.',
} as const;

/** Tells first-time users what they can do now; every command can be pasted. */
export function invitation(open: Open): readonly string[] {
  const { engines, urls } = open;
  return [
    'In a browser, the pages above show every request of each service. From a shell:',
    `  curl -s '${urls.product}/products?sort=price'`,
    `  curl -s ${urls.order}/saga`,
    ...customerLines(open),
    ...staffLines(open),
    ...(engines === 'real' ? ['Hold all its promises against its databases and its log:', '  npm run verify -- --real .souk/real.json'] : []),
    LEAVING[engines],
  ];
}

function customerLines({ urls, accounts: { customer }, order }: Open): readonly string[] {
  if (order === undefined) return [`Register a customer by POST /users (${urls.user}/docs); npm start without --no-demo brings goods and one.`];
  return [
    'Sign in as the customer of the stories, list her orders, and follow one of them as it goes:',
    `  TOKEN=$(${signIn(urls, `'${accountBody(customer)}'`)})`,
    `  curl -s ${urls.order}/orders -H "authorization: Bearer $TOKEN"`,
    `  curl -sN ${urls.order}/orders/${order}/stream -H "authorization: Bearer $TOKEN"`,
  ];
}

function staffLines({ urls, accounts: { admin }, accountsFile }: Open): readonly string[] {
  if (accountsFile === undefined) return [];
  const body = `"$(node -p 'JSON.stringify(require(process.argv[1]).admin)' ${quoted(accountsFile)})"`;
  return [
    `Sign in as staff (${admin.email}, the password is in ${accountsFile}) and see everybody's orders and what was given up:`,
    `  STAFF=$(${signIn(urls, body)})`,
    `  curl -s ${urls.order}/orders -H "authorization: Bearer $STAFF"`,
    `  curl -s ${urls.order}/ops/dead-letters -H "authorization: Bearer $STAFF"`,
  ];
}

function signIn({ user }: ServiceUrls, body: string): string {
  return `curl -s ${user}/sessions -H 'content-type: application/json' -d ${body} | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/'`;
}

function accountBody({ email, password }: Account): string {
  return JSON.stringify({ email, password });
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}
