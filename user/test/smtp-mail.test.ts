import { describe, expect, test } from 'bun:test';
import { createServer, type AddressInfo } from 'node:net';
import { MailError } from '../src/mail/mail-port.ts';
import { smtpMail } from '../src/mail/smtp-mail.ts';
import { refusal, smtpServer } from './smtp-stand-in.ts';

const FROM = 'Souk <no-reply@shop.example>';
const TO = 'ada@example.com';
const MAIL = { id: 'a mail', to: TO, subject: 'Souk: choose a new password', text: 'Here:\n\nhttps://shop.example/reset-password#token=x\n' };

const url = (port: number, user = '') => `smtp://${user}127.0.0.1:${port}`;

async function failureOf(sending: Promise<void>): Promise<MailError> {
  const error: unknown = await sending.then(() => undefined, (failure: unknown) => failure);
  if (!(error instanceof MailError)) throw new Error(`no MailError: ${String(error)}`);
  return error;
}

describe('mail by SMTP', () => {
  test('goes to one recipient over STARTTLS, with the name and password of the URL', async () => {
    await using server = await smtpServer({
      authOptional: false,
      onAuth: ({ username, password }, _session, done) => done(null, { user: `${username}:${password}` }),
    });
    const port = smtpMail({ url: url(server.port, 'sho%40p:s%2Fcret@'), from: FROM, tls: 'required' }, { ca: server.ca });
    await port.send(MAIL);
    port.close();
    expect(server.taken).toMatchObject([{ from: 'no-reply@shop.example', to: [TO], isEncrypted: true, user: 'sho@p:s/cret' }]);
    const [{ source } = { source: '' }] = server.taken;
    expect(source).toMatch(/^From: Souk <no-reply@shop\.example>\r$/m);
    expect(source).toMatch(/^Subject: Souk: choose a new password\r$/m);
    expect(source).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(source).toContain('https://shop.example/reset-password#token=x');
  });

  test('goes by TLS from the first byte with smtps', async () => {
    await using server = await smtpServer({ secure: true });
    const port = smtpMail({ url: `smtps://127.0.0.1:${server.port}`, from: FROM, tls: 'required' }, { ca: server.ca });
    await port.send(MAIL);
    port.close();
    expect(server.taken).toMatchObject([{ isEncrypted: true }]);
  });

  test('reuses one connection', async () => {
    let connections = 0;
    await using server = await smtpServer({ onConnect: (_session, done) => { connections += 1; done(); } });
    const port = smtpMail({ url: url(server.port), from: FROM, tls: 'required' }, { ca: server.ca });
    for (let count = 0; count < 5; count += 1) await port.send(MAIL);
    port.close();
    expect([server.taken.length, connections]).toEqual([5, 1]);
  });

  test('is not handed to a server with an unknown certificate, nor to one without TLS', async () => {
    await using server = await smtpServer();
    const unknown = smtpMail({ url: url(server.port), from: FROM, tls: 'required' });
    expect((await failureOf(unknown.send(MAIL))).isFinal).toBe(false);
    unknown.close();
    await using plain = await smtpServer({ disabledCommands: ['STARTTLS'] });
    const unencrypted = smtpMail({ url: url(plain.port), from: FROM, tls: 'required' });
    expect((await failureOf(unencrypted.send(MAIL))).isFinal).toBe(false);
    unencrypted.close();
    expect([...server.taken, ...plain.taken]).toEqual([]);
  });

  test('goes without TLS if the settings say so', async () => {
    await using server = await smtpServer({ disabledCommands: ['STARTTLS'] });
    const port = smtpMail({ url: url(server.port), from: FROM, tls: 'off' });
    await port.send(MAIL);
    port.close();
    expect(server.taken).toMatchObject([{ isEncrypted: false }]);
  });

  test('an address is one recipient, whatever it contains', async () => {
    await using server = await smtpServer();
    const port = smtpMail({ url: url(server.port), from: FROM, tls: 'required' }, { ca: server.ca });
    const to = 'ada@example.com>,<eve@example.com';
    await port.send({ ...MAIL, to, subject: 'one\r\nBcc: eve@example.com' }).catch(() => undefined);
    port.close();
    for (const mail of server.taken) {
      expect(mail.to).toHaveLength(1);
      expect(mail.source).not.toMatch(/^Bcc:/im);
    }
  });
});

describe('an SMTP server that does not accept a mail', () => {
  test.each([550, 551, 553])('because of its recipient (%p): the failure is final, and its message does not contain the address', async (code) => {
    await using server = await smtpServer({ onRcptTo: (_address, _session, done) => done(refusal(code)) });
    const port = smtpMail({ url: url(server.port), from: FROM, tls: 'required' }, { ca: server.ca });
    const { isFinal, message } = await failureOf(port.send(MAIL));
    port.close();
    expect([isFinal, message]).toEqual([true, `the mail was not accepted: EENVELOPE ${code} RCPT TO`]);
  });

  test('for a moment: the next try succeeds', async () => {
    let times = 0;
    await using server = await smtpServer({
      onRcptTo: (_address, _session, done) => {
        times += 1;
        done(times === 1 ? refusal(451) : null);
      },
    });
    const port = smtpMail({ url: url(server.port), from: FROM, tls: 'required' }, { ca: server.ca });
    expect(await failureOf(port.send(MAIL))).toMatchObject({ isFinal: false });
    await port.send(MAIL);
    port.close();
    expect(server.taken).toHaveLength(1);
  });

  test('because the password is wrong: the failure is not final, as the operator can mend it', async () => {
    await using server = await smtpServer({ onAuth: (_auth, _session, done) => done(refusal(535)) });
    const port = smtpMail({ url: url(server.port, 'shop:wrong@'), from: FROM, tls: 'required' }, { ca: server.ca });
    expect(await failureOf(port.send(MAIL))).toMatchObject({ isFinal: false, why: expect.stringContaining('EAUTH') });
    port.close();
  });

  test('because it cannot be reached', async () => {
    const port = smtpMail({ url: url(1), from: FROM, tls: 'off' });
    expect(await failureOf(port.send(MAIL))).toMatchObject({ isFinal: false });
    port.close();
  });

  test('because it does not answer: fails within the time-out of each step', async () => {
    // Never greets.
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const port = smtpMail({ url: url((silent.address() as AddressInfo).port), from: FROM, tls: 'off' }, { greetingMs: 100 });
    expect(await failureOf(port.send(MAIL))).toMatchObject({ isFinal: false });
    port.close();
    silent.close();
    await using slow = await smtpServer({ onRcptTo: () => undefined });
    const waiting = smtpMail({ url: url(slow.port), from: FROM, tls: 'required' }, { ca: slow.ca, silenceMs: 200 });
    expect(await failureOf(waiting.send(MAIL))).toMatchObject({ isFinal: false });
    waiting.close();
    const impatient = smtpMail({ url: url(slow.port), from: FROM, tls: 'required' }, { ca: slow.ca, limitMs: 300 });
    expect(await failureOf(impatient.send(MAIL))).toMatchObject({ isFinal: false, why: 'no answer within 300 ms' });
    impatient.close();
  }, 20_000);

  test('because it closes the connection', async () => {
    const closing = createServer((socket) => {
      socket.write('220 here\r\n');
      socket.on('data', (sent) => (String(sent).startsWith('MAIL') ? socket.destroy() : socket.write('250 yes\r\n')));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const port = smtpMail({ url: url((closing.address() as AddressInfo).port), from: FROM, tls: 'off' });
    expect(await failureOf(port.send(MAIL))).toMatchObject({ isFinal: false });
    port.close();
    closing.close();
  });
});
