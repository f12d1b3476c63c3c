// For mongosh, as often as you like: makes the server a replica set of one, which transactions need, and two users for each
// service: one that may do anything to its own database (`--migrate`), one that reads and writes documents (`…_serving`).
/* global db, rs, sleep */
const { readdirSync, readFileSync } = require('node:fs');
const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const PRIMARY_LIMIT_S = 30;
const SERVING = ['find', 'insert', 'update', 'remove'];

db.auth('root', secret('mongodb-root-password'));

if (db.hello().setName === undefined) rs.initiate({ _id: 'souk', members: [{ _id: 0, host: 'mongodb:27017' }] });
for (let waited = 0; !db.hello().isWritablePrimary; waited += 0.1) {
  if (waited > PRIMARY_LIMIT_S) throw new Error(`no primary within ${PRIMARY_LIMIT_S} s`);
  sleep(100);
}

function user(own, url, roles) {
  const { username, password } = new URL(url);
  const account = { pwd: password, roles };
  if (own.getUser(username) === null) own.createUser({ user: username, ...account });
  else own.updateUser(username, account);
}

const files = readdirSync('/run/secrets').filter((name) => name.endsWith('-serving-url') && secret(name).startsWith('mongodb:'));
if (files.length === 0) throw new Error('/run/secrets has no *-serving-url of a service on MongoDB');
for (const file of files) {
  const service = file.replace('-serving-url', '');
  const owner = secret(`${service}-database-url`);
  const own = db.getSiblingDB(new URL(owner).pathname.slice(1));
  const role = { privileges: [{ resource: { db: own.getName(), collection: '' }, actions: SERVING }], roles: [] };
  if (own.getRole('serving') === null) own.createRole({ role: 'serving', ...role });
  else own.updateRole('serving', role);
  user(own, owner, ['readWrite', 'dbAdmin']);
  user(own, secret(`${service}-serving-url`), ['serving']);
}
