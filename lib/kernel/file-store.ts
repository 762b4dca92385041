import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Where files lie, by key. A folder on one machine; an S3-like store has the same words. */
export type FileStore = {
  /** All or nothing: a reader sees the whole file or none, also after a crash. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  get(key: string): Promise<Buffer | null>;
  remove(key: string): Promise<void>;
  /** Adds to the end and never changes what stands: for what must be kept outside the database. */
  append(key: string, bytes: Uint8Array): Promise<void>;
};

/** A store in a folder; two levels, so that no folder grows without end. Keys are our own ids, never a user's text. */
export function folderStore(root: string): FileStore {
  const place = (key: string) => {
    if (!/^[a-z0-9-]{8,64}$/.test(key)) throw new Error(`folderStore: not a key: ${key}`);
    return { folder: join(root, key.slice(-2)), path: join(root, key.slice(-2), key) };
  };
  return {
    put: async (key, bytes) => {
      const { folder, path } = place(key);
      await mkdir(folder, { recursive: true });
      const unfinished = `${path}.${randomBytes(4).toString('hex')}.part`;
      try {
        const file = await open(unfinished, 'wx', 0o640);
        try {
          await file.writeFile(bytes);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(unfinished, path);
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      }
      const opened = await open(folder, 'r');
      await opened.sync().finally(() => opened.close());
    },
    get: async (key) => {
      try {
        return await readFile(place(key).path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
    },
    remove: async (key) => rm(place(key).path, { force: true }),
    append: async (key, bytes) => {
      const { folder, path } = place(key);
      await mkdir(folder, { recursive: true });
      const file = await open(path, 'a', 0o640);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

/** The store of this process: the folder FILES_DIR. */
export function fileStore(): FileStore {
  const root = process.env.FILES_DIR;
  if (!root) throw new Error('FILES_DIR is not set. Start with `npm start`, or name a folder for files.');
  return folderStore(root);
}
