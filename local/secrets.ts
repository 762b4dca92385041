import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const makers = {
  nextAuth: () => randomBytes(32).toString('base64url'),
  inngestEventKey: () => randomBytes(16).toString('hex'),
  inngestSigningKey: () => `signkey-prod-${randomBytes(32).toString('hex')}`,
  hcbClientSecret: () => randomBytes(24).toString('base64url'),
  hcbDirectoryToken: () => randomBytes(24).toString('base64url'),
  partnerGateway: () => randomBytes(24).toString('base64url'),
  partnerGoldenHat: () => randomBytes(24).toString('base64url'),
  partnerCookies: () => randomBytes(24).toString('base64url'),
  remoteStep: () => randomBytes(24).toString('base64url'),
  databaseApp: () => randomBytes(18).toString('base64url'),
  databaseRunner: () => randomBytes(18).toString('base64url'),
  databaseOutside: () => randomBytes(18).toString('base64url'),
};

export type Secrets = Record<keyof typeof makers, string>;

/** The secrets of this data folder, made once; later versions may add some. */
export function keptSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'secrets.json');
  let kept: Partial<Secrets> = {};
  if (existsSync(file)) {
    try {
      kept = JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
    } catch (error) {
      throw new Error(`The secrets in ${file} cannot be read: ${(error as Error).message}`);
    }
  }
  const names = Object.keys(makers) as (keyof Secrets)[];
  const missing = names.filter((name) => !kept[name]);
  if (missing.length > 0) {
    for (const name of missing) kept[name] = makers[name]();
    writeFileSync(`${file}.new`, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  return kept as Secrets;
}
