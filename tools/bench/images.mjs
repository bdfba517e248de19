/** (f, i, j) An initramfs of many files, and a disk. */
import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBoard, place, warmDaemon } from './demo.mjs';
import { median, seconds, times } from './figures.mjs';
import { makeManyFiles, PACK_PROGRAM } from './many-files.mjs';
import { run } from './run.mjs';
import { editOptions, runNx } from './scratch.mjs';

/** (f) 2,000 files into an initramfs. */
export async function packing({ scratch, runs, say }) {
  const tree = join(scratch.base, 'many-files');
  const bytes = makeManyFiles(tree, 2000);
  const pack = (level, file) => [
    process.execPath,
    '-e',
    PACK_PROGRAM,
    scratch.workspace,
    tree,
    file,
    String(level),
  ];
  const file = join(scratch.base, 'packed');
  const options = place(scratch);
  const shell = ['sh', '-c', 'cd "$1" && find . | cpio --quiet -o -H newc | gzip -9 >"$2"', 'sh', tree, file];
  const hashes = new Set();
  const results = await times(runs, async (index) => {
    say(`f: packing ${index + 1}`);
    const hand = await run(shell, options);
    const handBytes = readFileSync(file).length;
    const best = await run(pack(9, file), options);
    const ours = await run(pack(6, file), options);
    const packed = readFileSync(file);
    hashes.add(createHash('sha256').update(packed).digest('hex'));
    // Other times and another place on disk must not show.
    cpSync(tree, `${tree}-${index}`, { recursive: true });
    await run(
      [process.execPath, '-e', PACK_PROGRAM, scratch.workspace, `${tree}-${index}`, file, '6'],
      options,
    );
    hashes.add(createHash('sha256').update(readFileSync(file)).digest('hex'));
    return { ours: ours.seconds, best: best.seconds, hand: hand.seconds, bytes: packed.length, handBytes };
  });
  const [ours, best, hand] = ['ours', 'best', 'hand'].map((name) =>
    median(results.map((result) => result[name])),
  );
  const mib = (value) => `${(value / 2 ** 20).toFixed(1)} MiB`;
  return {
    bar: 1,
    measured: ours / hand,
    unit: 'times',
    passed: ours < hand && hashes.size === 1,
    detail: `Bringup ${seconds(ours)} (${mib(results[0].bytes)}), find | cpio | gzip -9 ${seconds(hand)} (${mib(results[0].handBytes)}), of ${mib(bytes)}; ${hashes.size === 1 ? 'byte-identical each time' : 'NOT BYTE-IDENTICAL'}`,
    where: `Bringup's default is level 6; at level 9 it takes ${seconds(best)}`,
  };
}

/** (i) A disk made anew; (j) the same from Nx's cache, over what nx takes to know the workspace. */
async function disk({ scratch, runs, say }) {
  await ensureBoard(scratch, say);
  const root = 'examples/disk';
  const partition = { name: 'root', fileSystem: 'ext4', size: '256M', initramfs: 'rootfs' };
  const label = (name) => editOptions(scratch, root, { partitions: [{ ...partition, label: name }] });
  await runNx(scratch, ['run', 'disk:update', '--outputStyle=stream']);
  const build = () => runNx(scratch, ['run', 'disk:build', '--outputStyle=stream']);
  return await times(runs, async (index) => {
    say(`i, j: disk ${index + 1}`);
    label(`bench${process.pid}-${index}`);
    await warmDaemon(scratch);
    const made = await build();
    const cached = await build();
    const known = await runNx(scratch, ['show', 'project', 'disk', '--json']);
    return { made: made.seconds, cached: cached.seconds, known: known.seconds };
  });
}

export async function diskMade(context) {
  const results = await disk(context);
  const [made, known] = ['made', 'known'].map((name) => median(results.map((result) => result[name])));
  return {
    bar: 3,
    measured: made,
    unit: 's',
    detail: `nx run disk:build ${seconds(made)}`,
    where: `of that, what nx takes to show the project: ${seconds(known)}`,
  };
}

export async function diskCached(context) {
  const results = await disk(context);
  const [cached, known] = ['cached', 'known'].map((name) => median(results.map((result) => result[name])));
  return {
    bar: 0.3,
    measured: cached - known,
    unit: 's more',
    detail: `nx run disk:build ${seconds(cached)}, nx show project ${seconds(known)}`,
    where: 'the rest is nx: its start, and the workspace from its daemon',
  };
}
