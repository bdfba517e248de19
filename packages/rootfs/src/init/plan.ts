import { posix } from 'node:path';
import { UserError } from '@bringup/process';
import { normalizePath } from '../tree/entry.js';
import { FileTree } from '../tree/file-tree.js';
import { checkAccounts, completeGroups, formatGroup, formatPasswd, formatShadow } from './accounts.js';
import { consoleDevice } from './base.js';
import { checkOptions } from './check.js';
import type { InitOptions } from './options.js';
import { formatSwitchRootInit, NEW_ROOT, switchRootPrograms } from './switch-root.js';
import {
  formatFstab,
  formatInitScript,
  formatInittab,
  formatMdevConf,
  formatProfile,
  formatRcS,
} from './texts.js';

/**
 * The files of an init style: what starts first, accounts, mounts and hostname. Merge it into a tree that has the
 * base directories and BusyBox.
 *
 * @throws UserError `BAD_INIT`, `BAD_ACCOUNT`
 */
export function planInit(options: InitOptions): FileTree {
  checkOptions(options);
  const groups = completeGroups(options.users, options.groups);
  checkAccounts(options.users, groups);
  const tree = new FileTree();
  if (options.style === 'none') return tree;
  if (options.style === 'switch-root') return addSwitchRoot(tree, options);
  addText(tree, 'etc/fstab', formatFstab(options.mounts));
  addText(tree, 'etc/hostname', `${options.hostname}\n`);
  addText(tree, 'etc/profile', formatProfile());
  addText(tree, 'etc/passwd', formatPasswd(options.users));
  addText(tree, 'etc/group', formatGroup(groups));
  addText(tree, 'etc/shadow', formatShadow(options.users), 0o600);
  addHomes(tree, options);
  addStyle(tree, options);
  return tree;
}

/** Programs that what `planInit` makes must find in the tree's usual directories; only where it has no use without them. */
export function initPrograms({ style, modules }: Pick<InitOptions, 'style' | 'modules'>): string[] {
  if (style === 'switch-root') return switchRootPrograms(modules);
  return modules.length > 0 ? ['modprobe'] : [];
}

/** Accounts, hostname and mounts belong to the root that it hands over to. */
function addSwitchRoot(tree: FileTree, options: InitOptions): FileTree {
  addConsole(tree, options);
  tree.add({ path: NEW_ROOT, type: 'directory', mode: 0o755, uid: 0, gid: 0 });
  addText(tree, 'init', formatSwitchRootInit(options), 0o755);
  return tree;
}

function addConsole(tree: FileTree, { console }: InitOptions): void {
  const device = consoleDevice(console);
  if (device) tree.add({ ...device, type: 'device', uid: 0, gid: 0 });
}

function addStyle(tree: FileTree, options: InitOptions): void {
  if (options.style === 'program') return addInitLink(tree, normalizePath(options.program!));
  addText(tree, 'etc/mdev.conf', formatMdevConf());
  addConsole(tree, options);
  if (options.style === 'script') return addText(tree, 'init', formatInitScript(options), 0o755);
  addText(tree, 'etc/inittab', formatInittab(options));
  addText(tree, 'etc/init.d/rcS', formatRcS(options), 0o755);
  addInitLink(tree, 'sbin/init');
}

/** Relative, so that it also holds in an unpacked tree. A program that is /init itself needs no link. */
function addInitLink(tree: FileTree, target: string): void {
  if (target !== 'init') tree.add({ path: 'init', type: 'symlink', target, mode: 0o777, uid: 0, gid: 0 });
}

function addHomes(tree: FileTree, { users }: InitOptions): void {
  for (const { name, uid, gid, home } of users) {
    const path = posix.normalize(home).replace(/^\/|\/$/g, '');
    if (path === '') continue;
    // Shared homes such as /nonexistent or /var belong to nobody in particular; the first user keeps them.
    const other = tree.get(path);
    if (other && other.type !== 'directory') {
      throw new UserError('BAD_ACCOUNT', `user ${name}: home ${home} is a ${other.type}`, { name, home });
    }
    if (!other) tree.add({ path, type: 'directory', mode: uid === 0 ? 0o700 : 0o755, uid, gid });
  }
}

function addText(tree: FileTree, path: string, text: string, mode = 0o644): void {
  tree.add({ path, type: 'file', mode, uid: 0, gid: 0, content: { data: Buffer.from(text) } });
}
