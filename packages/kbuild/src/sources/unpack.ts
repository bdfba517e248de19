import { join } from 'node:path';
import { close, closeSync, ensureDir, open, openSync, read } from 'fs-extra';
import { missingProgram, runProgram, startProgram, ToolError, UserError } from '@bringup/process';

/** First bytes of what a tarball is compressed with, and the program that tar needs for it. */
const COMPRESSIONS: readonly (readonly [magic: string, program: string])[] = [
  ['1f8b', 'gzip'],
  ['fd377a585a00', 'xz'],
  ['425a68', 'bzip2'],
  ['28b52ffd', 'zstd'],
];

async function compressionOf(file: string): Promise<string | undefined> {
  const descriptor = await open(file, 'r');
  try {
    const { buffer } = await read(descriptor, Buffer.alloc(6), 0, 6, 0);
    return COMPRESSIONS.find(([magic]) => buffer.toString('hex').startsWith(magic))?.[1];
  } finally {
    await close(descriptor);
  }
}

interface UnpackOptions {
  /** Leading directories dropped from every name. */
  stripComponents: number;
  /** Only this member. */
  member?: string;
  signal?: AbortSignal;
}

/**
 * Unpacks a tarball, compressed or not, into a directory. tar itself refuses names with `..`, takes absolute
 * ones as relative, and makes links that lead outside only after everything else.
 *
 * @throws ToolError `TOOL_FAILED`, `TOOL_MISSING` (the decompressor)
 */
export async function unpackTarball(file: string, into: string, options: UnpackOptions): Promise<void> {
  await ensureDir(into);
  const program = await compressionOf(file);
  const argv: [string, ...string[]] = [
    'tar',
    '--extract',
    '--force-local',
    `--file=${file}`,
    `--directory=${into}`,
  ];
  if (program) argv.push(`--use-compress-program=${program}`);
  argv.push(`--strip-components=${options.stripComponents}`, '--no-same-owner', '--no-same-permissions');
  if (options.member !== undefined) argv.push('--', options.member);
  try {
    await runProgram(argv, { signal: options.signal });
  } catch (error) {
    if (program && error instanceof ToolError && /Cannot exec/.test(error.message))
      throw missingProgram(program, error);
    throw error;
  }
}

/**
 * Takes the one source tarball below /usr/src out of a binary package.
 *
 * @returns its path, below `work`
 * @throws UserError `NO_SOURCE_IN_PACKAGE`
 */
export async function extractSourceTarball(
  deb: string,
  name: string,
  work: string,
  signal?: AbortSignal,
): Promise<string> {
  const data = join(work, 'data.tar');
  await writeOutput(['dpkg-deb', '--fsys-tarfile', deb], data, signal);
  const { stdout } = await runProgram(['tar', '--list', '--force-local', `--file=${data}`], { signal });
  const tarballs = stdout.split('\n').filter((path) => /^\.\/usr\/src\/[^/]+\.tar(\.[a-z0-9]+)?$/.test(path));
  const member = tarballs.find((path) => path.startsWith(`./usr/src/${name}.tar`)) ?? tarballs[0];
  if (!member || (tarballs.length > 1 && !member.startsWith(`./usr/src/${name}.tar`))) {
    const has = tarballs.length > 0 ? `several: ${tarballs.join(', ')}` : 'none';
    throw new UserError(
      'NO_SOURCE_IN_PACKAGE',
      `package ${name} should hold one source tarball below /usr/src, but has ${has}`,
      { package: name, tarballs },
    );
  }
  await unpackTarball(data, work, { stripComponents: 0, member, signal });
  return join(work, member);
}

/** Runs a program with its stdout, which may be large and binary, going to a file. */
async function writeOutput(argv: [string, ...string[]], path: string, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const descriptor = openSync(path, 'w');
  const program = await startProgram(argv, { stdio: ['ignore', descriptor, 'pipe'] }).finally(() =>
    closeSync(descriptor),
  );
  const onAbort = () => void program.stop();
  signal?.addEventListener('abort', onAbort, { once: true });
  let complaint = '';
  program.stderr?.on(
    'data',
    (chunk: Buffer) => (complaint = (complaint + chunk.toString('utf8')).slice(-4096)),
  );
  const { exitCode } = await program.exited;
  signal?.removeEventListener('abort', onAbort);
  signal?.throwIfAborted();
  if (exitCode !== 0)
    throw new ToolError('TOOL_FAILED', `${argv.join(' ')} failed:\n${complaint.trimEnd()}`, {
      argv,
      exitCode,
    });
}
