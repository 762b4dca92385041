import { timingSafeEqual } from 'node:crypto';
import { systemCtx } from '#app/session.ts';
import { metricsText, moneyMetrics } from '#lib/reports/money-metrics.ts';

export const dynamic = 'force-dynamic';

/** For a monitor, in the text format of Prometheus: who does not bring `METRICS_TOKEN` finds nothing here. */
export async function GET(request: Request): Promise<Response> {
  const token = process.env.METRICS_TOKEN;
  const brought = Buffer.from(request.headers.get('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  if (!token || brought.length !== wanted.length || !timingSafeEqual(brought, wanted))
    return new Response('Not found\n', { status: 404, headers: { 'Cache-Control': 'no-store' } });
  try {
    const text = metricsText(await moneyMetrics(systemCtx('metrics')));
    const headers = {
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
      'Cache-Control': 'no-store',
    };
    return new Response(text, { headers });
  } catch (error) {
    console.error('metrics:', error instanceof Error ? error.message : error);
    return new Response('The database does not answer.\n', { status: 503 });
  }
}
