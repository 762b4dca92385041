import { z } from 'zod';

/** The version of the contract with remote steps, docs/remote-steps.md. Raised only when an old step would go wrong. */
export const contractVersion = 1;

/** What a filter answers: who stays, by id. */
const filterAnswer = z.object({
  contract: z.literal(contractVersion),
  keep: z.array(z.string().max(100)).max(5000),
});
/** What a score answers: 0..100 for each id; who is left out has 0. */
const scoreAnswer = z.object({
  contract: z.literal(contractVersion),
  ratings: z.record(z.string().max(100), z.number().min(0).max(100)),
});

/**
 * The values of a batch in the order in which it was sent; null when the answer is not what the contract says, or speaks of
 * somebody who was not asked about.
 */
export function valuesOf(kind: 'filter' | 'score', ids: readonly string[], answer: unknown): number[] | null {
  const known = new Set(ids);
  if (kind === 'filter') {
    const parsed = filterAnswer.safeParse(answer);
    if (!parsed.success || parsed.data.keep.some((id) => !known.has(id))) return null;
    const kept = new Set(parsed.data.keep);
    return ids.map((id) => (kept.has(id) ? 1 : 0));
  }
  const parsed = scoreAnswer.safeParse(answer);
  if (!parsed.success || Object.keys(parsed.data.ratings).some((id) => !known.has(id))) return null;
  return ids.map((id) => parsed.data.ratings[id] ?? 0);
}

/** The hosts that may be asked, with the secret of each: `MATCHING_REMOTE_HOSTS=steps.example.org=SECRET,…`. */
export function readAllowList(text: string | undefined): Map<string, string> {
  const hosts = new Map<string, string>();
  for (const entry of (text ?? '').split(',')) {
    const at = entry.indexOf('=');
    const host = entry.slice(0, at).trim().toLowerCase();
    if (at > 0 && host && entry.length > at + 1) hosts.set(host, entry.slice(at + 1).trim());
  }
  return hosts;
}

/** An address a step may have: http or https, no name or password in it, and a host that is on the list. */
export function allowedAddress(address: string, hosts: ReadonlyMap<string, string>): URL | null {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return null;
  }
  if (!['http:', 'https:'].includes(url.protocol) || url.username || url.password || url.hash) return null;
  return hosts.has(url.host.toLowerCase()) ? url : null;
}

/** An address inside a network: of this machine, private, shared, link-local, multicast or unspecified. */
export function isPrivateAddress(address: string): boolean {
  const v4 = /^(?:::ffff:)?(\d+)\.(\d+)\.(\d+)\.(\d+)$/i.exec(address);
  if (v4) {
    const [a, b, c] = v4.slice(1).map(Number) as [number, number, number, number];
    return (
      a === 0 ||
      a === 10 ||
      a === 127 ||
      (a === 100 && b >= 64 && b < 128) ||
      (a === 169 && b === 254) ||
      (a === 172 && b >= 16 && b < 32) ||
      (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)))) ||
      (a === 198 && (b === 18 || b === 19)) ||
      a >= 224
    );
  }
  const text = address.toLowerCase();
  // Only global unicast (2000::/3) is out in the world, and of it neither 6to4 nor Teredo, which can hide an IPv4 address.
  return !/^[23][0-9a-f]{0,3}:/.test(text) || text.startsWith('2002:') || /^2001:0{0,3}:/.test(text);
}
