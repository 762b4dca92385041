/** Text that is already safe HTML. Everything else interpolated by `html` is escaped. */
export type Html = { readonly html: string };

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template that escapes every value that is not `Html` itself; arrays are joined, nothing prints nothing. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): Html {
  const parts = strings.map((text, i) => (i < values.length ? text + render(values[i]) : text));
  return { html: parts.join('') };
}

function render(value: unknown): string {
  if (value === undefined || value === null || value === false) return '';
  if (Array.isArray(value)) return value.map(render).join('');
  if (typeof value === 'object' && 'html' in value) return String(value.html);
  return String(value).replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}

const STYLE = `
  :root { color-scheme: light dark; --paper: #faf7f2; --card: #fffdf9; --ink: #2b2622; --soft: #6d645b;
    --line: #e6ded3; --amber: #b45309; --on-amber: #fffaf2; --good: #3f6b3a; --bad: #a33a2c; }
  @media (prefers-color-scheme: dark) { :root { --paper: #1c1917; --card: #252120; --ink: #efe9e1; --soft: #a89f95;
    --line: #3a3430; --amber: #f0a13a; --on-amber: #241a0c; --good: #8fbf87; --bad: #e58a7c; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--paper); color: var(--ink);
    font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
  header, main { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
  header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: baseline; padding-top: 1.5rem; }
  header strong { font-weight: 650; margin-right: auto; }
  h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.5rem 0 .5rem; }
  h2 { font-size: 1.15rem; margin: 0 0 .25rem; }
  p { margin: .25rem 0 1rem; max-width: 46rem; }
  .soft, small { color: var(--soft); }
  a { color: var(--amber); text-underline-offset: .2em; }
  section { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.25rem; margin: 1.25rem 0; }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th { text-align: left; font-weight: 500; color: var(--soft); }
  th, td { padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
  td:first-child { white-space: nowrap; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
  code, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, monospace; font-size: .85em; overflow-wrap: anywhere; }
  form.row { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin: .75rem 0; }
  form.inline { display: inline; }
  label { display: grid; gap: .2rem; font-size: .85rem; color: var(--soft); }
  label.tick { display: flex; gap: .5rem; align-items: center; min-height: 2.5rem; }
  input { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--line);
    border-radius: .5rem; padding: .4rem .6rem; min-height: 2.5rem; }
  input[type=number] { width: 9rem; }
  input[type=checkbox] { min-height: 0; width: 1.1rem; height: 1.1rem; accent-color: var(--amber); }
  button { font: inherit; min-height: 2.5rem; padding: .35rem .9rem; border-radius: .5rem; cursor: pointer;
    border: 1px solid var(--line); background: transparent; color: var(--ink); }
  button.main { background: var(--amber); border-color: var(--amber); color: var(--on-amber); font-weight: 550; }
  :focus-visible { outline: 2px solid var(--amber); outline-offset: 2px; }
  .succeeded { color: var(--good); } .failed { color: var(--bad); } .pending { color: var(--amber); }
  summary { cursor: pointer; padding: .5rem 0; }
  iframe { width: 100%; height: 32rem; border: 1px solid var(--line); border-radius: .5rem; background: #fff; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** A whole page of the outside world: one look, no script. */
export function renderPage(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${{ html: STYLE }}</style>
</head>
<body>
<header><strong>Outside</strong>
<a href="/">Partners</a> <a href="/sso/testers">Testers</a> <a href="/mailbox">Mailbox</a></header>
<main><h1>${title}</h1>
${body}
</main>
</body>
</html>`.html;
}

/** An instant as people read it, to the second, always UTC. */
export function formatInstant(instant: Date | null): string {
  return instant === null ? '' : `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
