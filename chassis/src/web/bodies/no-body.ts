import { Type } from '@sinclair/typebox';

export const NoContent = Type.Void({ description: 'Done' });
export const NotModified = Type.Void({ description: 'What If-None-Match names is still right' });

export function noContent(): Response {
  return new Response(null, { status: 204 });
}
