import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { ensureDir, pathExists } from 'fs-extra';
import { UserError, withLock } from '@bringup/process';
import {
  choosePort,
  chooseHostPorts,
  findVirtiofsd,
  hasVirtioFs,
  type Drive,
  type MachineOptions,
  type Share,
} from '@bringup/qemu';
import type { FullQemuOptions, QemuOptions } from '../../generated/qemu-options.js';
import { parseFileReference } from '../../workspace/names-in-options.js';
import { artifactPath } from '../../tasks/referenced.js';
import type { ProjectContext } from '../../tasks/project-context.js';
import type { Task } from '../../tasks/task.js';

/** The devices that a board's options plug into its machine, with absolute paths and chosen ports. */
export async function boardDevices(task: Task, options: FullQemuOptions): Promise<Partial<MachineOptions>> {
  const { rtc, watchdog, memoryGrowth, firmware } = options;
  const shares = boardShares(task, options);
  return {
    network: await chooseHostPorts(options.network),
    drives: boardDrives(task, options),
    shares,
    virtiofsd: hasVirtioFs(shares) ? await findVirtiofsd() : undefined,
    consoles: await Promise.all(options.consoles.map((console) => placed(task, console))),
    monitor: options.monitor && (await placed(task, options.monitor)),
    display: options.display && { ...options.display, port: options.display.port ?? (await choosePort()) },
    gdb: options.gdb && (await placed(task, options.gdb)),
    memoryGrowth: memoryGrowth && { slots: memoryGrowth.slots, maxMiB: memoryGrowth.max },
    firmware: firmware === undefined ? undefined : filePath(task, firmware),
    ...{ rtc, watchdog },
  };
}

/** A board's drives with absolute paths. @throws UserError `KEPT_ARTIFACT` for writes that a build would undo */
export function boardDrives(task: Task, { drives = [] }: QemuOptions): Drive[] {
  for (const { file, keepWrites, create } of drives) {
    if ((keepWrites || create !== undefined) && parseFileReference(file).kind === 'artifact') {
      const message =
        `${task.project}: drives: ${file} is built, and the next build would replace what keepWrites keeps. ` +
        'Name a copy of it';
      throw new UserError('KEPT_ARTIFACT', message, { file });
    }
  }
  return drives.map(({ create: _, ...drive }) => ({ ...drive, file: filePath(task, drive.file) }));
}

/**
 * Makes the images that are to be there empty where there is none yet.
 *
 * @throws UserError `BAD_SIZE`, `KEPT_ARTIFACT`; ToolError of qemu-img
 */
export async function createDrives(task: Task, options: QemuOptions): Promise<void> {
  const placed = boardDrives(task, options);
  for (const [index, { create, format }] of (options.drives ?? []).entries()) {
    const file = placed[index]!.file;
    if (create === undefined || (await pathExists(file))) continue;
    // Loaded only if a drive has to be created: most boards need none, and should start quickly.
    const { createDisk, parseSize } = await import('@bringup/disk');
    const bytes = parseSize(create);
    const lock = {
      purpose: `making a drive of ${task.project}`,
      onWait: task.note,
      signal: task.signal,
    };
    // Another run may create it at the same time, and would replace the drive under the first one's guest.
    await withLock(join(task.workspaceRoot, '.bringup', 'drives'), lock, async () => {
      if (await pathExists(file)) return;
      await ensureDir(dirname(file));
      await createDisk(file, format, bytes, task.signal);
      task.note(`made an empty ${format} of ${create}: ${relative(task.workspaceRoot, file)}`);
    });
  }
}

/** A board's shares with absolute paths. */
export function boardShares(task: ProjectContext, { shares = [] }: QemuOptions): Share[] {
  return shares.map((share) => ({ ...share, path: resolve(task.workspaceRoot, share.path) }));
}

/** The files that a board's options name, absolute. */
export function deviceFiles(task: ProjectContext, { drives = [], firmware }: QemuOptions): string[] {
  const named = [...drives.map(({ file }) => file), ...(firmware === undefined ? [] : [firmware])];
  return named.map((file) => filePath(task, file));
}

/** sizeof(sun_path) on Linux is 108 with the terminating zero (unix(7)). */
const SOCKET_PATH_LIMIT = 107;

/** @throws UserError `SOCKET_PATH_TOO_LONG` */
function socketPath(task: ProjectContext, path: string): string {
  const absolute = resolve(task.workspaceRoot, path);
  const bytes = Buffer.byteLength(absolute);
  if (bytes <= SOCKET_PATH_LIMIT) return absolute;
  const message =
    `${task.project}: ${absolute} is too long for a unix socket: ${bytes} bytes, where ${SOCKET_PATH_LIMIT} are possible. ` +
    'Name a shorter path, as one in /tmp';
  throw new UserError('SOCKET_PATH_TOO_LONG', message, { path: absolute });
}

/** The ports of the loopback address that a board's options ask for by number, besides those of forwards. */
export function fixedPorts({ consoles = [], monitor, gdb, display }: QemuOptions): number[] {
  const listeners: object[] = [...consoles, monitor ?? {}, gdb ?? {}, display ?? {}];
  return listeners.flatMap((listener) =>
    'port' in listener && typeof listener.port === 'number' ? [listener.port] : [],
  );
}

function filePath(task: ProjectContext, from: string): string {
  const file = parseFileReference(from);
  if (file.kind === 'artifact') return artifactPath(task, file.project, file.artifact);
  return isAbsolute(file.path) ? file.path : resolve(task.workspaceRoot, file.path);
}

type Listener<T> = T extends { port?: number } ? Omit<T, 'port'> & { port: number } : T;

async function placed<T extends { type: string }>(task: ProjectContext, target: T): Promise<Listener<T>> {
  const { path, port } = target as { path?: string; port?: number };
  const place =
    target.type === 'telnet' || target.type === 'tcp'
      ? { port: port ?? (await choosePort()) }
      : path === undefined
        ? {}
        : { path: target.type === 'unix' ? socketPath(task, path) : resolve(task.workspaceRoot, path) };
  return { ...target, ...place } as Listener<T>;
}
