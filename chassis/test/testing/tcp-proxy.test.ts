import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type TcpProxy, tcpProxy } from '../../src/testing/tcp-proxy.ts';
import { until } from '../../src/testing/until.ts';

describe('a proxy between a client and a server', () => {
  let server: Server;
  let proxy: TcpProxy;
  let heard: string;
  const clients: Socket[] = [];

  beforeEach(async () => {
    heard = '';
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        heard += bytes.toString();
        socket.write(`<${bytes.toString()}>`);
      });
    });
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    proxy = await tcpProxy({ host: '127.0.0.1', port });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await proxy.close();
    server.close();
  });

  function open() {
    const socket = connect({ host: proxy.host, port: proxy.port });
    const client = { socket, received: '', closed: false };
    clients.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => (client.received += bytes.toString()));
    socket.on('close', () => (client.closed = true));
    return client;
  }
  const receives = (client: { received: string }, text: string) => until(`receives ${text}`, () => client.received === text);
  const hears = (text: string) => until(`the server hears ${text}`, () => heard === text);

  test('forwards both ways', async () => {
    const client = open();
    client.socket.write('a');
    await receives(client, '<a>');
    expect(proxy.accepted).toBe(1);
  });

  test('stalls without losing anything', async () => {
    const client = open();
    client.socket.write('a');
    await receives(client, '<a>');
    proxy.set('stall');
    client.socket.write('b');
    const late = open();
    late.socket.write('c');
    await until('the late one is accepted', () => proxy.accepted === 2);
    expect([heard, late.received]).toEqual(['a', '']);
    proxy.set('forward');
    await receives(client, '<a><b>');
    await receives(late, '<c>');
  });

  test('drops answers while the server hears everything', async () => {
    const client = open();
    proxy.set('drop-answers');
    client.socket.write('a');
    await hears('a');
    client.socket.write('b');
    await hears('ab');
    expect([client.received, client.closed]).toEqual(['', false]);
  });

  test('cuts a connection instead of answering', async () => {
    const client = open();
    proxy.set('cut-on-answer');
    client.socket.write('a');
    await until('it is cut', () => client.closed);
    expect([heard, client.received]).toEqual(['a', '']);
  });

  test('cuts open connections and accepts later ones', async () => {
    const client = open();
    client.socket.write('a');
    await receives(client, '<a>');
    proxy.cut();
    await until('it is cut', () => client.closed);
    const second = open();
    second.socket.write('b');
    await receives(second, '<b>');
  });

  test('breaks a connection once, when a client sends a given text and before the server receives it', async () => {
    const client = open();
    proxy.whenSaid('now', () => proxy.cut());
    client.socket.write('a');
    await receives(client, '<a>');
    client.socket.write('b now c');
    await until('it is cut', () => client.closed);
    const second = open();
    second.socket.write('now');
    await receives(second, '<now>');
    expect(heard).toBe('anow');
  });
});
