import { type BunPlugin } from 'bun';

/** All it takes to have a note in an order: the field in the contracts, and its column. Nothing else is changed. */
const CHANGES: Readonly<Record<string, readonly (readonly [after: string, added: string])[]>> = {
  'contracts/src/http/order.ts': [
    ['  shippingAddress: AskedAddress,', 'NOTE'],
    ['  shippingAddress: ShippingAddress,', 'NOTE'],
  ],
  'contracts/src/events.ts': [['export const OrderCompleted = Type.Object({', 'NOTE']],
  'order/src/storage/order-rows.ts': [
    ['    shipping_address: JSON.stringify(order.shippingAddress),', '    wish: order.wish ?? null,'],
    ['    shippingAddress: JSON.parse(row.shipping_address),', '    ...(row.wish != null && { wish: row.wish }),'],
  ],
};

/** Orders with a `wish`; `note` is its schema. */
export function personalFields(note: string): BunPlugin {
  return {
    name: 'personal-field',
    setup(build) {
      build.onLoad({ filter: /\/(contracts\/src\/(http\/order|events)|order\/src\/storage\/order-rows)\.ts$/ }, async ({ path }) => {
        const file = Object.keys(CHANGES).find((name) => path.endsWith(name)) ?? '';
        let contents = `import * as typebox from '@sinclair/typebox';\nimport * as marks from '@souk/contracts/schema';\nimport * as texts from '@souk/contracts/strings';\n`;
        contents += await Bun.file(path).text();
        for (const [after, added] of CHANGES[file] ?? []) {
          if (!contents.includes(after)) throw new Error(`${file} no longer has: ${after}`);
          contents = contents.replace(after, `${after}\n${added.replace('NOTE', `  wish: typebox.Type.Optional(${note}),`)}`);
        }
        return { contents, loader: 'ts' };
      });
    },
  };
}
