import { basename, dirname, isAbsolute, join } from 'node:path';
import { copyFile, ensureDir, pathExists } from 'fs-extra';
import { runProgram, ToolError } from '@bringup/process';

/** `readelf -d`: `0x0001 (NEEDED)  Shared library: [libc.so.6]`; `readelf -l`: `[Requesting program interpreter: /lib/…]`. */
const NEEDED = /\(NEEDED\).*\[(.+)\]/g;
const INTERPRETER = /program interpreter: (.+)\]/;

/**
 * Copies what a dynamic program needs into `root`: its loader at the place it names, and its libraries, found
 * through the cross compiler, into `/lib`, with what these need in turn: what ldd would list on the target.
 *
 * @throws ToolError `LIBRARY_MISSING`
 */
export async function addLibraries(program: string, root: string, crossCompile: string): Promise<void> {
  const done = new Set<string>();
  const pending = [program];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const { stdout } = await runProgram([
      `${crossCompile}readelf`,
      '--wide',
      '--dynamic',
      '--program-headers',
      file,
    ]);
    const interpreter = INTERPRETER.exec(stdout)?.[1];
    const needed = [...stdout.matchAll(NEEDED)].map((match) => match[1]!);
    const wanted = interpreter ? [[basename(interpreter), interpreter] as const] : [];
    for (const [name, target] of [...wanted, ...needed.map((name) => [name, `/lib/${name}`] as const)]) {
      if (done.has(name)) continue;
      done.add(name);
      const library = await findLibrary(name, crossCompile);
      const destination = join(root, target);
      await ensureDir(dirname(destination));
      await copyFile(library, destination);
      pending.push(library);
    }
  }
}

async function findLibrary(name: string, crossCompile: string): Promise<string> {
  // gcc prints the bare name when it does not know the file.
  const { stdout } = await runProgram([`${crossCompile}gcc`, `-print-file-name=${name}`]);
  const path = stdout.trim();
  if (isAbsolute(path) && (await pathExists(path))) return path;
  throw new ToolError(
    'LIBRARY_MISSING',
    `${crossCompile}gcc does not find ${name}, which the program needs`,
    { name },
  );
}
