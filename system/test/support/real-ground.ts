import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Environment } from '@souk/chassis/service/config';
import { addressOf } from '@souk/chassis/testing/real-servers';
import { temporaryFolder } from '@souk/chassis/testing/temporary-store';
import { SERVICES } from '@souk/contracts/services';
import { createConnection, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import type { RealShopAddresses } from '../../src/shop/real/addresses.ts';
import { realShop } from '../../src/shop/real/real-shop.ts';
import { createDatabases, dropDatabases, ENGINE } from '../../src/shop/real/shop-databases.ts';
import { saveAddresses } from '../../src/verify/address-file.ts';
import { realRecords } from '../../src/verify/real-records.ts';
import { appendTo } from './append-to.ts';
import { deleteTopics } from './delete-topics.ts';
import { columnsIn, executeIn } from './execute-sqlite.ts';
import { type Ground, type ShopApart, UNLIMITED } from './ground.ts';
import type { KeptRows } from './kept-rows.ts';
import { prepareDatabases } from './prepare-databases.ts';
import { documentsInMongo, rowsInMysql } from './rows-on-servers.ts';

export interface RealGround extends Ground {
  readonly addresses: RealShopAddresses;
}

interface Place {
  readonly addresses: RealShopAddresses;
  readonly addressFile: string;
  remove(): Promise<void>;
}

/** Databases and topics of its own on the servers there are; the shop runs as five processes. */
export async function realGround(): Promise<RealGround> {
  const { addresses, addressFile, remove } = await newPlace();
  const admin = { email: 'admin@souk.example', password: randomBytes(18).toString('base64url') };

  async function start(env: Environment): Promise<ShopApart> {
    const shop = realShop({ addresses, firstPort: 0, admin, logLevel: 'fatal', program: 'source', env: { ...UNLIMITED, ...env } });
    await shop.start();
    return {
      urls: shop.urls(),
      stop: () => shop.stop(),
      kill: async () => void (await Promise.all(SERVICES.map((service) => shop.services[service].kill()))),
    };
  }

  return {
    addresses,
    admin,
    records: realRecords(addresses),
    kept: () => keptIn(addresses),
    verifyParameters: ['--real', addressFile],
    start,
    startApart: start,
    takesMessagesWhileRunning: true,
    append: (messages) => appendTo(addresses, messages),
    execute: async (books, sql) =>
      books === 'gateway' ? executeIn(addresses.gateway, sql) : executeInMysql(addresses.owners[books], sql),
    writtenColumns: async (books, table) =>
      books === 'gateway' ? columnsIn(addresses.gateway, table) : columnsInMysql(addresses.owners[books], table),
    [Symbol.asyncDispose]: remove,
  };
}

async function newPlace(): Promise<Place> {
  const servers = { mysql: addressOf('MySQL'), mongodb: addressOf('MongoDB'), kafka: addressOf('Kafka').split(',') };
  const name = `t${randomBytes(4).toString('hex')}`;
  const folder = temporaryFolder();
  const kafka = { brokers: servers.kafka, topicPrefix: `${name}.` };
  const remove = async () => {
    await dropDatabases(servers, `${name}_`);
    await deleteTopics(kafka);
    folder.remove();
  };
  try {
    const addresses = { ...(await createDatabases(servers, `${name}_`)), kafka, gateway: join(folder.path, 'gateway.db') };
    const addressFile = join(folder.path, 'addresses.json');
    await saveAddresses(addressFile, addresses);
    await prepareDatabases(addresses);
    return { addresses, addressFile, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function keptIn({ owners }: RealShopAddresses): Promise<readonly KeptRows[]> {
  const rows = SERVICES.map((service) =>
    ENGINE[service] === 'mysql' ? rowsInMysql(owners[service], service) : documentsInMongo(owners[service], service),
  );
  return (await Promise.all(rows)).flat();
}

async function columnsInMysql(uri: string, table: string): Promise<readonly string[]> {
  const connection = await createConnection({ uri });
  try {
    const [rows] = await connection.query<(RowDataPacket & { readonly name: string })[]>(
      "select column_name as name from information_schema.columns where table_schema = database() and table_name = ? and generation_expression = ''",
      [table],
    );
    return rows.map(({ name }) => name);
  } finally {
    connection.destroy();
  }
}

async function executeInMysql(uri: string, sql: string): Promise<number> {
  const connection = await createConnection({ uri });
  try {
    const [{ affectedRows }] = await connection.query<ResultSetHeader>(sql);
    return affectedRows;
  } finally {
    connection.destroy();
  }
}
