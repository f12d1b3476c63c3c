import { Type } from '@sinclair/typebox';

export const NoContent = Type.Void({ description: 'Done' });

export function noContent(): Response {
  return new Response(null, { status: 204 });
}
