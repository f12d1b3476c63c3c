import { describe, expect, test } from 'bun:test';
import { openMongo } from '../../../src/stores/mongodb/mongo-database.ts';

describe("a MongoDB database's URL", () => {
  test.each([
    ['mongodb://u:p%40%2F@a:1,b:2,[::1]:3/shop?replicaSet=rs0&tls=true&tlsCAFile=/ca.pem', 'shop', ['a:1', 'b:2', '[::1]:3'], 'admin'],
    ['mongodb+srv://u:p@cluster.example.com/shop', 'shop', [], 'admin'],
    ['mongodb://u:p@h/shop%20one?authSource=users', 'shop one', ['h:27017'], 'users'],
    ['mongodb://h/shop', 'shop', ['h:27017'], undefined],
  ])('is read as the driver reads it: %s', (url, name, hosts, source) => {
    const { db, client } = openMongo({ url });
    expect(db.databaseName).toBe(name);
    expect(client.options.hosts.map(String)).toEqual(hosts);
    expect(client.options.credentials?.source).toBe(source as string);
  });

  test.each([
    ['mongodb://u:hunter2@h/', 'is mongodb://'],
    ['mongodb://u:hunter2@h', 'is mongodb://'],
    ['mongodb://u:hunter2?@h/shop', 'is mongodb://'],
    ['mongodb://u:hunter2@h/shop%zz', 'has % only before two hexadecimal digits'],
    ['mongodb://u:hunter2%zz@h/shop', 'is refused by the driver: URI error'],
    ['mongodb://u:hunter2:@h/shop', 'is refused by the driver: Password contains unescaped characters'],
    ['mongodb://u:hunter2@h/shop?charset=utf8', 'is refused by the driver: option charset is not supported'],
    ['mongodb://u:hunter2@h/shop?tls=perhaps', 'is refused by the driver: '],
  ])('is refused with a reason that shows no secret: %s', (url, why) => {
    expect(() => openMongo({ url })).toThrow(expect.objectContaining({ code: 'mongo-address-wrong', message: expect.stringContaining(`a MongoDB URL ${why}`) }));
    expect(() => openMongo({ url })).not.toThrow(/hunter2/);
  });
});
