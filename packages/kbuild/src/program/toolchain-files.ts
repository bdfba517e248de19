import { basename, dirname } from 'node:path';
import { realpath } from 'fs-extra';
import { runProgram } from '@bringup/process';

/** The files that come with a toolchain, which its version identifies. All paths are real ones. */
export interface ToolchainFiles {
  /** Where the compiler looks for headers by itself. */
  readonly includeDirectories: readonly string[];
  /** The compiler's own: libgcc, crtbegin.o. */
  readonly compilerDirectory: string;
  /** The C library's, beside whatever else was installed there. */
  readonly libraryDirectory: string;
  /** Rust's libraries, where it is a Rust program. */
  readonly rustDirectory?: string;
}

/** The files of glibc and of gcc that are linked: start code, static and shared libraries, the loader. */
const C_LIBRARY =
  /^(?:[Srgi]*crt[1in]\.o|ld(?:-linux[\w-]*|64)?\.so\.\d+|lib(?:c|m|mvec|c_nonshared|g|pthread|dl|rt|util|anl|resolv|gcc_s|atomic)(?:-[\d.]+)?\.(?:a|so)(?:\.[\d.]+)?)$/;

/** Not the distribution's: whatever somebody put there on this one machine. */
const LOCAL = '/usr/local/';

/**
 * Asks the compiler, gcc or clang.
 *
 * @param rustDirectory where Rust's libraries are, where it is a Rust program
 * @throws ToolError `TOOL_MISSING`
 */
export async function findToolchainFiles(compiler: string, rustDirectory?: string): Promise<ToolchainFiles> {
  const print = async (what: string) =>
    dirname(await realpath((await runProgram([compiler, what])).stdout.trim()).catch(() => '/'));
  const includes: string[] = [];
  let listing = false;
  await runProgram([compiler, '-E', '-v', '-x', 'c', '/dev/null'], {
    onLine: (line) => {
      if (line.startsWith('End of search list')) listing = false;
      if (listing) includes.push(line.trim());
      if (line.startsWith('#include <...>')) listing = true;
    },
  });
  const found = await Promise.all(includes.map((path) => realpath(path).catch(() => undefined)));
  return {
    includeDirectories: found.filter(
      (path) => path !== undefined && !`${path}/`.startsWith(LOCAL),
    ) as string[],
    compilerDirectory: await print('-print-libgcc-file-name'),
    libraryDirectory: await print('-print-file-name=libc.so.6'),
    ...(rustDirectory === undefined ? {} : { rustDirectory: await realpath(rustDirectory) }),
  };
}

/** Whether a file (its real path) is one that the compiler found by itself, and whose content its version tells. */
export function isToolchainFile(path: string, toolchain: ToolchainFiles): boolean {
  const { includeDirectories, compilerDirectory, libraryDirectory, rustDirectory } = toolchain;
  if (rustDirectory !== undefined && path.startsWith(`${rustDirectory}/`)) return true;
  if (path.startsWith(LOCAL)) return false;
  if ([...includeDirectories, compilerDirectory].some((directory) => path.startsWith(`${directory}/`)))
    return true;
  return dirname(path) === libraryDirectory && C_LIBRARY.test(basename(path));
}
