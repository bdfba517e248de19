import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planMachine } from '@bringup/qemu';
import { dialogue, printedCommand } from './dialogue.js';
import { nx, REPOSITORY } from './nx-run.js';
import { expectPreset } from './preset-claims.js';

/** Boards of other architectures: a kernel of each takes minutes, and compilers that CI does not install. */
jest.setTimeout(3_600_000);

it.each([
  ['virt-riscv64', /^OpenSBI v/m, / riscv64 /],
  ['virt-arm', /^Linux version 6\./m, / armv7l /],
  ['cubieboard', /Machine model: Cubietech Cubieboard/, / armv7l /],
])('boots %s to what a command says', async (board, booted, machine) => {
  const env = { HOME: process.env.HOME! };
  const build = await nx(['run', `${board}:build`], { cwd: REPOSITORY, env });
  expect({ exitCode: build.exitCode, output: build.exitCode === 0 ? '' : build.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  const test = ['run', `${board}:test`, '--excludeTaskDependencies', '--skip-nx-cache', '--bootTimeout=120'];
  const run = await nx(test, { cwd: REPOSITORY, env });
  expect({ exitCode: run.exitCode, output: run.exitCode === 0 ? '' : run.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  const dist = (name: string) => readFileSync(join(REPOSITORY, 'dist', board, name), 'utf8');
  expect(dist('console.log')).toMatch(booted);
  expect(JSON.parse(dist('test.json')).commands[0].output).toMatch(machine);
});

it.each([
  ['kernel-arm', ['virt-arm', 'cubieboard']],
  ['kernel-riscv64', ['virt-riscv64']],
])('%s has every line of its presets %j', async (kernel, presets) => {
  const { exitCode, output } = await nx(['run', `${kernel}:config`], {
    cwd: REPOSITORY,
    env: { HOME: process.env.HOME! },
  });
  expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
  const config = readFileSync(join(REPOSITORY, 'dist', kernel, '.config'), 'utf8');
  for (const preset of presets) expectPreset(config, preset);
});

it.each([
  ['virt-riscv64-uboot', [], /Found \/extlinux\/extlinux\.conf/],
  ['virt-riscv64-uboot', ['-c', 'script'], /Found U-Boot script \/boot\.scr/],
])('boots %s %j through U-Boot', async (board, configuration, said) => {
  const env = { HOME: process.env.HOME! };
  const test = ['run', `${board}:test`, ...configuration, '--bootTimeout=120'];
  const run = await nx(test, { cwd: REPOSITORY, env });
  expect({ exitCode: run.exitCode, output: run.exitCode === 0 ? '' : run.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  const log = join(REPOSITORY, 'dist', board, configuration[1] ?? '', 'console.log');
  expect(readFileSync(log, 'utf8')).toMatch(said);
});

it("reads a board's drive at the prompt of x86_64's U-Boot", async () => {
  const env = { HOME: process.env.HOME! };
  const build = await nx(['run', 'u-boot-x86_64:build'], { cwd: REPOSITORY, env });
  expect({ exitCode: build.exitCode, output: build.exitCode === 0 ? '' : build.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  const place = mkdtempSync(join(tmpdir(), 'bringup-deep-'));
  try {
    const drive = join(place, 'drive.img');
    writeFileSync(join(place, 'bzImage'), 'a kernel');
    execFileSync('truncate', ['--size=16M', drive]);
    execFileSync('/usr/sbin/mkfs.fat', [drive], { stdio: 'pipe' });
    execFileSync('mcopy', ['-i', drive, join(place, 'bzImage'), '::bzImage']);
    const firmware = join(REPOSITORY, 'dist/u-boot-x86_64/u-boot.rom');
    const boot = { via: 'u-boot', firmware, drive } as const;
    const { argv } = planMachine({ arch: 'x86_64', board: 'deep', accel: 'tcg', console: 'pipe', boot });
    const console = await dialogue(argv, [
      [/Hit any key/, ''],
      [/=> $/, 'virtio scan'],
      [/=> $/, 'ls virtio 0'],
      [/file\(s\)[^]*=> $/, undefined],
    ]);
    expect(console).toMatch(/\d+ +bzImage/);
  } finally {
    rmSync(place, { recursive: true });
  }
});

it('boots a kernel that clang and lld made', async () => {
  const env = { HOME: process.env.HOME! };
  const build = await nx(['run', 'mini-distro:build', '-c', 'llvm'], { cwd: REPOSITORY, env });
  expect({ exitCode: build.exitCode, output: build.exitCode === 0 ? '' : build.output }).toEqual({
    exitCode: 0,
    output: '',
  });
  const config = readFileSync(join(REPOSITORY, 'dist/mini-distro-kernel/llvm/.config'), 'utf8');
  expect(config).toMatch(/^CONFIG_CC_IS_CLANG=y$/m);
  expect(config).toMatch(/^CONFIG_LD_IS_LLD=y$/m);
  const how = ['run', 'pc-mini-distro:command', '-c', 'llvm', '--json'];
  const { output } = await nx(how, { cwd: REPOSITORY, env });
  await dialogue(printedCommand(output), [
    [/# $/, '/hello'],
    [/hello from mini-distro\r?\n# $/, undefined],
  ]);
});
