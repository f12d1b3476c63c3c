import { smtpMail } from '@souk/user/mail/smtp-mail';

/** Sends a mail to a server of this machine, and prints how that ended. */
const { port, ca } = JSON.parse(process.argv[2] ?? '{}') as { readonly port: number; readonly ca: string };
const mail = smtpMail({ url: `smtp://shop:s%2Fcret@127.0.0.1:${port}`, from: 'Souk <no-reply@shop.example>', tls: 'required' }, { ca });
const sent = await mail.send({ id: 'a mail', to: 'ada@example.com', subject: 'Grüße', text: 'Wählen Sie: https://shop.example/#token=x\n' }).then(
  () => 'sent',
  (error: unknown) => String(error),
);
mail.close();
process.stdout.write(JSON.stringify([sent]));
