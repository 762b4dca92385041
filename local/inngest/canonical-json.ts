/**
 * JSON by RFC 8785 (keys sorted by UTF-16 code units, no white space). The SDK verifies signatures over this form,
 * so every call is sent in it. Our own ten lines because the npm package throws on a lone surrogate, which a user's
 * text may hold and which JSON.stringify, and so the SDK, escapes.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const json = (value as { toJSON?: () => unknown }).toJSON;
  if (typeof json === 'function') return canonicalJson(json.call(value));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field !== undefined) parts.push(`${JSON.stringify(key)}:${canonicalJson(field)}`);
  }
  return `{${parts.join(',')}}`;
}
