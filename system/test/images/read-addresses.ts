import { MongoClient } from 'mongodb';

/** Prints what MongoDB's driver reads from each address; `refused` where it throws. */
function read(address: string): unknown {
  try {
    const { hosts, dbName, credentials, replicaSet, tls, appName, readPreference, writeConcern } = new MongoClient(address).options;
    return [hosts.map(String), dbName, credentials, replicaSet, tls, appName, readPreference, writeConcern];
  } catch {
    return 'refused';
  }
}

process.stdout.write(JSON.stringify((JSON.parse(process.argv[2] ?? '[]') as string[]).map(read)));
