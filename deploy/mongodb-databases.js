// For mongosh, as often as you like: makes the server a replica set of one, which transactions need, and a user for each
// service that may do anything to its own database and nothing beyond it.
/* global db, rs, sleep */
const { readFileSync } = require('node:fs');
const secret = (name) => readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const PRIMARY_LIMIT_S = 30;

db.auth('root', secret('mongodb-root-password'));

if (db.hello().setName === undefined) rs.initiate({ _id: 'souk', members: [{ _id: 0, host: 'mongodb:27017' }] });
for (let waited = 0; !db.hello().isWritablePrimary; waited += 0.1) {
  if (waited > PRIMARY_LIMIT_S) throw new Error(`no primary within ${PRIMARY_LIMIT_S} s`);
  sleep(100);
}

for (const service of ['product', 'user']) {
  const { username, password, pathname } = new URL(secret(`${service}-database-url`));
  const own = db.getSiblingDB(pathname.slice(1));
  const account = { pwd: password, roles: ['readWrite', 'dbAdmin'] };
  if (own.getUser(username) === null) own.createUser({ user: username, ...account });
  else own.updateUser(username, account);
}
