import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Attachment } from './model/run-result.ts';

/** What a run has recorded, below `cases` of its folder: each file with its size and its digest, in the order of their names. */
export async function listAttachments(folder: string): Promise<Attachment[]> {
  const found = await readdir(join(folder, 'cases'), { recursive: true, withFileTypes: true }).catch(() => []);
  const paths = found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const attachments: Attachment[] = [];
  for (const path of paths.sort()) {
    const { size } = await stat(path);
    attachments.push({
      path: relative(folder, path).split(sep).join('/'),
      bytes: size,
      sha256: await digestOf(path),
    });
  }
  return attachments;
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
