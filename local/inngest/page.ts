import type { Core } from './core.ts';

export type RunEntry = {
  id: string;
  functionId: string;
  status: string;
  event: { name: string; id: string };
  startedAt: string;
  endedAt: string | null;
  output: unknown;
  error: unknown;
  steps: { name: string; op: string; endedAt: string; failed: boolean }[];
  open: { kind: string; name: string; attempt: number; dueAt: string; error: unknown }[];
};

const STATUSES = ['running', 'completed', 'failed', 'cancelled'];

/** The newest runs with their steps and what they wait for; `limit` up to 200, `status`, `function` and `id` narrow. */
export async function listRuns(core: Core, query: URLSearchParams): Promise<{ runs: RunEntry[] }> {
  const { sql } = core;
  const limit = Math.min(Math.max(Number(query.get('limit')) || 50, 1), 200);
  const status = STATUSES.includes(query.get('status') ?? '') ? query.get('status') : null;
  const rows = await sql`
    select r.*, e.payload from runs r left join events e on e.id = r.event_ids[1]
    where (${status}::text is null or r.status = ${status})
      and (${query.get('function')}::text is null or r.function_id = ${query.get('function')})
      and (${query.get('id')}::text is null or r.id = ${query.get('id')})
    order by r.id desc limit ${limit}`;
  const ids = rows.map((row) => row.id as string);
  const [steps, open] = await Promise.all([
    sql`select run_id, name, op, ended_at from steps where run_id = any(${ids}) order by position`,
    sql`select run_id, kind, name, attempt, due_at, error from queue where run_id = any(${ids}) order by id`,
  ]);
  const parse = (text: string | null) => (text === null ? null : JSON.parse(text));
  const runs = rows.map((row): RunEntry => {
    const event = parse(row.payload) ?? { name: 'pruned', id: '' };
    return {
      id: row.id,
      functionId: row.function_id,
      status: row.status,
      event: { name: event.name, id: event.id },
      startedAt: row.started_at.toISOString(),
      endedAt: row.ended_at?.toISOString() ?? null,
      output: parse(row.output),
      error: parse(row.error),
      steps: steps
        .filter((step) => step.run_id === row.id)
        .map((step) => ({
          name: step.name,
          op: step.op,
          endedAt: step.ended_at.toISOString(),
          failed: step.op === 'StepFailed',
        })),
      open: open
        .filter((job) => job.run_id === row.id)
        .map((job) => ({
          kind: job.kind,
          name: job.name,
          attempt: job.attempt,
          dueAt: job.due_at.toISOString(),
          error: parse(job.error),
        })),
    };
  });
  return { runs };
}

const escapeHtml = (value: unknown) => String(value).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/** The page at `/`: the same list, readable, without scripts. */
export function renderPage({ runs }: { runs: RunEntry[] }, query: URLSearchParams): string {
  const links = ['', ...STATUSES]
    .map((status) => {
      const label = status || 'all';
      return (query.get('status') ?? '') === status
        ? `<strong>${label}</strong>`
        : `<a href="/?status=${status}">${label}</a>`;
    })
    .join(' · ');
  const rows = runs
    .map((run) => {
      const error = run.error as { name?: string; message?: string } | null;
      const steps = run.steps.map(
        (step) =>
          `<li class="${step.failed ? 'failed' : ''}">${escapeHtml(step.name)} <small>${escapeHtml(step.op)}</small></li>`,
      );
      const open = run.open.map((job) => {
        const fault = job.error as { message?: string } | null;
        return `<li>… ${escapeHtml(job.name || job.kind)} <small>${escapeHtml(job.kind)}, due ${escapeHtml(job.dueAt)}${job.attempt ? `, attempt ${job.attempt}` : ''}${fault ? `: ${escapeHtml(fault.message)}` : ''}</small></li>`;
      });
      return `<tr><td><a href="/?id=${escapeHtml(run.id)}"><code>${escapeHtml(run.id)}</code></a><br><small>${escapeHtml(run.startedAt)}</small></td>
<td>${escapeHtml(run.functionId)}<br><small>${escapeHtml(run.event.name)}</small></td><td class="${escapeHtml(run.status)}">${escapeHtml(run.status)}${error ? `<br><small>${escapeHtml(error.name)}: ${escapeHtml(error.message)}</small>` : ''}</td>
<td><ol>${steps.join('')}${open.join('')}</ol></td></tr>`;
    })
    .join('\n');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Runs</title><style>
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:75rem;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.5rem .75rem;border-top:1px solid #8884}
ol{margin:0;padding-left:1.2rem}small{opacity:.7}.failed{color:#c22}.completed{color:#282}</style></head><body>
<h1>Runs</h1><p>${links}</p>${runs.length === 0 ? '<p>No runs here yet.</p>' : `<table><thead><tr><th>Run</th><th>Function and event</th><th>Status</th><th>Steps</th></tr></thead><tbody>${rows}</tbody></table>`}
</body></html>`;
}
