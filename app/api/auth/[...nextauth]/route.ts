import NextAuth from 'next-auth';
import { authOptions } from '#app/auth.ts';

export const dynamic = 'force-dynamic';

// The return from HCB and its errors. The start is /sign-in/hcb, the end is a server action: next-auth's own ways are closed.
const open = ['callback', 'error', 'signin'];

export async function GET(
  request: Request,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  const [action = ''] = (await context.params).nextauth;
  if (!open.includes(action)) return new Response(null, { status: 404 });
  return NextAuth(request as never, context as never, authOptions());
}
