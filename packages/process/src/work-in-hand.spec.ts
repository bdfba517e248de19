import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startProgram } from './run.js';
import { describeCommand, workInHand, type WorkInHand } from './work-in-hand.js';

const root = mkdtempSync(join(tmpdir(), 'bringup-work-spec-'));
afterAll(() => rmSync(root, { recursive: true }));

it.each([
  [['/usr/bin/ld', '-m', 'elf', '-o', '.tmp_vmlinux1', 'a.o'], 'ld -o .tmp_vmlinux1'],
  [['xz', '-9', 'vmlinux.bin'], 'xz vmlinux.bin'],
  [['python3', '--token', 'secret'], 'python3'],
  [['curl', 'https://user:secret@host/x'], 'curl'],
  [['openssl', 'pass:secret'], 'openssl'],
  [['\x1b[2J', 'vmlinux.bin'], '?[2J vmlinux.bin'],
  [['curl', '--header', 'Authorization: secret'], 'curl'],
  [['upload', '--token=secret'], 'upload'],
  [['upload', 'token=secret'], 'upload'],
  [['tool', 'a\x1b[2Jb'], 'tool'],
  [['sleep'], 'sleep'],
  [[], 'comm'],
])('says of %j no more than %j', (argv, shown) => {
  const isFile = (name: string) => name === 'vmlinux.bin';
  expect(describeCommand(argv, 'comm', isFile)).toBe(shown);
});

/** Runs make, and looks once the recipe's last program has written a line. */
async function look(recipe: string): Promise<{ work: WorkInHand | undefined; leader: number }> {
  writeFileSync(join(root, 'Makefile'), `all:\n\t${recipe}\n`);
  const make = await startProgram(['make', '-s', '-C', root]);
  await Promise.race([new Promise((resolve) => make.stdout!.once('data', resolve)), make.exited]);
  const work = workInHand(make.pid);
  await make.stop();
  return { work, leader: make.pid };
}

it('finds the program behind make and its shells', async () => {
  const { work, leader } = await look(`@sh -c 'tail -n +1 -f ${root}/Makefile; true'`);
  expect(work).toEqual({ pid: expect.any(Number), command: `tail ${root}/Makefile` });
  expect(work!.pid).not.toBe(leader);
});

it('takes what a program has started for a part of its work', async () => {
  const script = `require('child_process').spawn('tail', ['-n', '+1', '-f', process.argv[3]], { stdio: 'inherit' })`;
  writeFileSync(join(root, 'parent.cjs'), script);
  const { work } = await look(`@node ${root}/parent.cjs -o ${root}/Makefile`);
  expect(work?.command).toBe(`node -o ${root}/Makefile`);
});

it('takes the one that has run longest', async () => {
  const { work } = await look(`@tail -f /dev/null & sleep 0.05; tail -n +1 -f ${root}/Makefile`);
  expect(work?.command).toBe('tail /dev/null');
});

it('finds nothing in a group that has ended', async () => {
  const ended = await startProgram(['true']);
  await ended.exited;
  expect(workInHand(ended.pid)).toBeUndefined();
});
