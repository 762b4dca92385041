import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
const cost = { memory: 19_456, passes: 2, parallelism: 1 };
const tagLength = 32;
const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');

function derive(
  password: string,
  nonce: Buffer,
  { memory, passes, parallelism }: typeof cost,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    argon2(
      'argon2id',
      { message: password.normalize('NFKC'), nonce, memory, passes, parallelism, tagLength },
      (error, tag) => (error ? reject(error) : resolve(tag)),
    );
  });
}

/** An Argon2id hash in PHC notation, with a salt of its own. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const tag = await derive(password, salt, cost);
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${encode(salt)}$${encode(tag)}`;
}

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** Whether the password is the one behind the hash; the time taken says nothing. Throws on a hash that is not ours. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const match = phc.exec(hash);
  if (!match) throw new Error('verifyPassword: not an Argon2id hash');
  const [, memory, passes, parallelism, salt, tag] = match;
  const expected = Buffer.from(tag!, 'base64');
  const given = await derive(password, Buffer.from(salt!, 'base64'), {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  });
  return given.length === expected.length && timingSafeEqual(given, expected);
}

let decoy: Promise<string> | undefined;

/** Takes as long as a real check: an address nobody has cannot be told from a wrong password. */
export async function verifyNothing(password: string): Promise<false> {
  decoy ??= hashPassword('nobody signs in with this');
  await verifyPassword(password, await decoy);
  return false;
}
