import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The bits of open(2)'s flags that say whether a file is read (0), written (1) or both (2). */
const ACCESS_MODE = 0o3;

/**
 * The files that programs started by this process have open for writing: what QEMU logs, and disks that a guest writes
 * (proc_pid_fdinfo(5)). Empty where the kernel does not tell a process's children.
 */
export function writtenFiles(): Set<string> {
  return new Set(childrenOf('self').flatMap(writtenBy));
}

function writtenBy(pid: string): string[] {
  const own = listed(`/proc/${pid}/fd`).filter((descriptor) => isForWriting(pid, descriptor));
  const files = own.map((descriptor) => read(() => readlinkSync(`/proc/${pid}/fd/${descriptor}`)));
  return [...files.filter((file) => file.startsWith('/')), ...childrenOf(pid).flatMap(writtenBy)];
}

/** Each of a process's threads has children of its own. */
function childrenOf(pid: string): string[] {
  const threads = listed(`/proc/${pid}/task`);
  const texts = threads.map((thread) =>
    read(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')),
  );
  return texts.flatMap((text) => text.split(' ').filter(Boolean));
}

function isForWriting(pid: string, descriptor: string): boolean {
  const text = read(() => readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, 'utf8'));
  const flags = /^flags:\s*([0-7]+)$/m.exec(text)?.[1] ?? '0';
  return (parseInt(flags, 8) & ACCESS_MODE) !== 0;
}

const listed = (directory: string) =>
  read(() => readdirSync(directory).join('\n'))
    .split('\n')
    .filter(Boolean);

/** Empty for what ended in the meantime, or is somebody else's. */
function read(from: () => string): string {
  try {
    return from();
  } catch {
    return '';
  }
}
