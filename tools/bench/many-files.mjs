/** A tree of many files, the same on every machine, and the program that packs one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A linear congruential generator (Numerical Recipes): no randomness wanted, only variety. */
function sequence(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0);
}

/** Text-like and program-like files of 1 to 32 KiB, in 40 directories. @returns their size in bytes */
export function makeManyFiles(directory, count) {
  const next = sequence(1);
  const words = Array.from({ length: 500 }, () => (next() >>> 4).toString(36));
  let total = 0;
  for (let index = 0; index < count; index++) {
    const place = join(directory, `d${index % 40}`);
    mkdirSync(place, { recursive: true });
    const size = 1024 + ((next() >>> 8) % (31 * 1024));
    const content = index % 4 === 0 ? programLike(size, next) : textLike(size, words, next);
    writeFileSync(join(place, `f${index}`), content, { mode: index % 4 === 0 ? 0o755 : 0o644 });
    total += content.length;
  }
  return total;
}

function textLike(size, words, next) {
  let text = '';
  while (text.length < size) text += `${words[(next() >>> 8) % words.length]} `;
  return Buffer.from(text.slice(0, size));
}

/** Half of it runs of zeros, half of it high entropy: about what a stripped program compresses to. */
function programLike(size, next) {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at++) if ((at >> 5) % 2) bytes[at] = next() >>> 16;
  return bytes;
}

/** For `node -e`: packs a tree as the initramfs executor does. Arguments: workspace, tree, file and level. */
export const PACK_PROGRAM = `
  const [workspace, tree, file, level] = process.argv.slice(1);
  const { treeFromDirectory, writeInitramfs } = require(require.resolve('@bringup/rootfs', { paths: [workspace] }));
  treeFromDirectory(tree).then((made) => writeInitramfs(made, file, { compression: 'gzip', level: Number(level) }));
`;
