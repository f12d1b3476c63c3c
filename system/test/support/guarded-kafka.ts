import { dirname, join } from 'node:path';
import { kafkaClient } from '@souk/chassis/log/kafka/kafka-client';
import type { KafkaSecurity } from '@souk/chassis/log/kafka/kafka-log-options';
import { LOG_USERS, type LogOperation, logRights, type LogUser } from '@souk/contracts/log-rights';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } from 'kafkajs';
import { SERVER_CACHE } from '../../src/tools/servers/folders.ts';
import { nativeKafka } from '../../src/tools/servers/native/native-servers.ts';
import { startNativeServer } from '../../src/tools/servers/native/native-server.ts';
import { newPassword, type Server } from '../../src/tools/servers/server.ts';

/** A broker that asks everybody who comes, and lets each do what `logRights` lists. */
export interface GuardedKafka {
  readonly server: Server;
  readonly passwords: Readonly<Record<LogUser, string>>;
  /** Signs in by SCRAM-SHA-512, as the services do. */
  as(user: LogUser): KafkaSecurity;
}

const OPERATIONS: Readonly<Record<LogOperation, AclOperationTypes>> = {
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
  create: AclOperationTypes.CREATE,
  delete: AclOperationTypes.DELETE,
  describe: AclOperationTypes.DESCRIBE,
  describe_configs: AclOperationTypes.DESCRIBE_CONFIGS,
  alter_configs: AclOperationTypes.ALTER_CONFIGS,
};

const JAAS = 'org.apache.kafka.common.security';
const FORMAT_LIMIT_MS = 60_000;

export async function guardedKafka(): Promise<GuardedKafka> {
  const admin = newPassword();
  const passwords = Object.fromEntries(LOG_USERS.map((user) => [user, newPassword()])) as Record<LogUser, string>;
  const root: KafkaSecurity = { tls: false, sasl: { mechanism: 'plain', username: 'admin', password: admin } };
  const particular = nativeKafka(settings(admin), root);
  async function prepare(folder: string): Promise<void> {
    await particular.prepare(folder);
    await format(folder, passwords);
  }
  const server = await startNativeServer({ ...particular, prepare }, (line) => void process.stderr.write(`${line}\n`));
  try {
    await makeRights(server.address, root);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { server, passwords, as: (username) => ({ tls: false, sasl: { mechanism: 'scram-sha-512', username, password: passwords[username] } }) };
}

/** The listener keeps its name of kafka.sh, and speaks another protocol. The broker itself signs in like its admin. */
function settings(admin: string): Readonly<Record<string, string>> {
  return {
    'listener.security.protocol.map': 'PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-512',
    'listener.name.plaintext.plain.sasl.jaas.config': `${JAAS}.plain.PlainLoginModule required username="admin" password="${admin}" user_admin="${admin}";`,
    'listener.name.plaintext.scram-sha-512.sasl.jaas.config': `${JAAS}.scram.ScramLoginModule required;`,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // ANONYMOUS is the broker itself at its own controller, whose port nobody else is told.
    'super.users': 'User:admin;User:ANONYMOUS',
  };
}

/** A data folder that knows the users: kafkajs cannot make them, the tool that formats it can. */
async function format(folder: string, passwords: Readonly<Record<LogUser, string>>): Promise<void> {
  const [home = ''] = [...new Bun.Glob('kafka-*/format.properties').scanSync({ cwd: SERVER_CACHE, absolute: true })].map((file) => dirname(file));
  const config = await Bun.file(join(home, 'format.properties')).text();
  await Bun.write(join(folder, 'format.properties'), config.replace(/^log\.dirs=.*$/m, 'log.dirs=data'));
  const users = Object.entries(passwords).flatMap(([user, password]) => ['--add-scram', `SCRAM-SHA-512=[name=${user},password=${password}]`]);
  // Any 22 characters name the cluster.
  const words = ['java', '-XX:TieredStopAtLevel=1', '-cp', join(home, 'libs/*'), 'kafka.tools.StorageTool', 'format', '-t', 'MkU3OEVBNTcwNTJENDM2Qk', '-c', 'format.properties', ...users];
  const child = Bun.spawn(words, { cwd: folder, stdin: 'ignore', stdout: 'pipe', stderr: 'pipe', timeout: FORMAT_LIMIT_MS });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`no users: ${out}${err}`);
}

async function makeRights(address: string, security: KafkaSecurity): Promise<void> {
  const client = kafkaClient({ brokers: [address], clientId: 'souk.test', security });
  const admin = client.kafka.admin();
  try {
    await admin.connect();
    const acl = logRights().flatMap(({ user, on, pattern, name, operations }) =>
      operations.map((operation) => ({
        resourceType: on === 'topic' ? AclResourceTypes.TOPIC : AclResourceTypes.GROUP,
        resourceName: name,
        resourcePatternType: pattern === 'literal' ? ResourcePatternTypes.LITERAL : ResourcePatternTypes.PREFIXED,
        principal: `User:${user}`,
        host: '*',
        operation: OPERATIONS[operation],
        permissionType: AclPermissionTypes.ALLOW,
      })),
    );
    await admin.createAcls({ acl });
  } finally {
    client.abandon();
  }
}
