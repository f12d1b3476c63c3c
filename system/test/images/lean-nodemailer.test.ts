import { expect, test } from 'bun:test';
import { leanNodemailer } from '../../src/tools/images/lean-program.ts';
import { smtpServer } from '../../../user/test/smtp-stand-in.ts';
import { builtProgram, compiledProgram } from './built-program.ts';

type Sender = (given: unknown) => Promise<readonly unknown[]>;

/** The mail that a server took, without the parts that differ from one mail to the next. */
async function takenFrom(send: Sender) {
  await using server = await smtpServer({
    authOptional: false,
    onAuth: ({ username, password }, _session, done) => done(null, { user: `${username}:${password}` }),
  });
  expect(await send({ port: server.port, ca: server.ca })).toEqual(['sent']);
  return server.taken.map((mail) => ({ ...mail, source: mail.source.replace(/^(Message-ID|Date):.*$/gim, '$1') }));
}

test('a compiled program sends mails over STARTTLS, with its password, as the library does by itself', async () => {
  const own = await takenFrom(async (given) => (await builtProgram('send-a-mail.ts', given, {})).printed);
  const compiled = await takenFrom((given) => compiledProgram('send-a-mail.ts', given));
  expect(compiled).toEqual(own);
  expect(compiled).toMatchObject([{ from: 'no-reply@shop.example', to: ['ada@example.com'], isEncrypted: true, user: 'shop:s/cret' }]);
  expect(compiled[0]?.source).toContain('=?UTF-8?');
}, 60_000);

test('a program that has not sent a mail has not evaluated the library', async () => {
  const nobody = { port: 1, ca: '' };
  const [own, lean] = [await builtProgram('send-a-mail.ts', nobody, {}), await builtProgram('send-a-mail.ts', nobody, { plugins: [leanNodemailer] })];
  expect(lean.printed).toEqual(own.printed);
  expect(own.code).toInclude('class SMTPPool');
  expect(lean.code).not.toInclude('class SMTPPool');
  expect(own.code.length - lean.code.length).toBeGreaterThan(250_000);
});
