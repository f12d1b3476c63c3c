import { describeOpenApi } from '@souk/chassis/testing/describe-openapi';
import { runPayments } from './running-payments.ts';

describeOpenApi(`${import.meta.dir}/../openapi.json`, async () => {
  const { url, dispose } = await runPayments();
  return { url, close: dispose };
});
