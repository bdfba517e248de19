import { constants, closeSync, fstatSync, openSync, readFileSync, writeSync } from 'node:fs';

/** The parts that cli-progress uses of a stream that is not a terminal. */
export interface LiveStream {
  readonly isTTY: boolean;
  write(text: string): boolean;
}

const SILENT: LiveStream = { isTTY: false, write: () => true };

/**
 * The stream that shows progress. Nx keeps what a task prints, and prints it again at each cache hit, when the progress is over. So
 * a task that is not on a terminal writes past Nx, to the stream on which Nx prints its errors, if that is a pipe, or a file that is
 * appended to. Otherwise it shows no progress, because two writers of one file overwrite each other's text.
 *
 * @param inTask whether this process runs a task of Nx
 */
export function liveStream(
  inTask = process.env.NX_TASK_HASH !== undefined,
  parent: number = process.ppid,
): NodeJS.WriteStream | LiveStream {
  if (process.stderr.isTTY || !inTask) return process.stderr;
  const descriptor = openErrors(parent);
  if (descriptor === undefined) return SILENT;
  return {
    isTTY: false,
    write: (text: string) => {
      try {
        writeSync(descriptor, text);
      } catch {
        // Nobody reads any more, or the pipe is full: the next line will do.
      }
      return true;
    },
  };
}

function openErrors(pid: number): number | undefined {
  try {
    const { O_WRONLY, O_APPEND, O_NONBLOCK } = constants;
    const [, flags] = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/fdinfo/2`, 'utf8')) ?? [];
    const descriptor = openSync(`/proc/${pid}/fd/2`, O_WRONLY | O_APPEND | O_NONBLOCK);
    if (fstatSync(descriptor).isFIFO() || (parseInt(flags ?? '0', 8) & O_APPEND) !== 0) return descriptor;
    closeSync(descriptor);
  } catch {
    // Another user's process, or a socket, which cannot be opened.
  }
  return undefined;
}
