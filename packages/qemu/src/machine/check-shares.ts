import { access, constants, stat } from 'fs-extra';
import { missingProgram, runProgram, ToolError, UserError } from '@bringup/process';
import { hasVirtioFs, VIRTIOFSD_PLACES, type Share } from './shares.js';

/** Where QEMU looks for it: compiled in, by Debian's package. */
const SMBD = '/usr/sbin/smbd';

/**
 * Looks whether the host can share these directories.
 *
 * @throws UserError `SHARE_MISSING`, `SHARES_UNUSABLE`
 * @throws ToolError `TOOL_MISSING`, `NO_USER_NAMESPACE`
 */
export async function checkShares(shares: readonly Share[]): Promise<void> {
  for (const share of shares) await checkDirectory(share.path);
  if (hasVirtioFs(shares)) {
    await findVirtiofsd();
    await checkUserNamespace();
  }
  const bySmb = shares.filter(({ type }) => type === 'smb');
  if (bySmb.length > 1) {
    const message = `shares: QEMU shares one directory by smb, not ${bySmb.length}. Share the others another way`;
    throw new UserError('SHARES_UNUSABLE', message, { paths: bySmb.map(({ path }) => path) });
  }
  if (bySmb.length > 0) await findSmbd();
}

/** The host's smbd. @throws ToolError `TOOL_MISSING` */
export async function findSmbd(): Promise<string> {
  if (await isExecutable(SMBD)) return SMBD;
  throw missingProgram('smbd');
}

/** The host's virtiofsd. @throws ToolError `TOOL_MISSING` */
export async function findVirtiofsd(places: readonly string[] = VIRTIOFSD_PLACES): Promise<string> {
  for (const place of places) if (await isExecutable(place)) return place;
  throw missingProgram('virtiofsd');
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function checkDirectory(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  const what = found ? 'is not a directory' : 'does not exist';
  throw new UserError('SHARE_MISSING', `shares: ${path} ${what}. Create it, or correct "path"`, { path });
}

/** virtiofsd mounts, as root of a namespace of its own. */
async function checkUserNamespace(): Promise<void> {
  try {
    await runProgram(['unshare', '--user', '--map-root-user', '--mount', 'true'], { timeoutMs: 20_000 });
  } catch (error) {
    if ((error as { code?: string }).code === 'TOOL_MISSING') throw error;
    const message =
      'shares: virtiofsd needs a user namespace (user_namespaces(7)), and this machine or container lets this user have ' +
      'none: see kernel.unprivileged_userns_clone, user.max_user_namespaces and, on Ubuntu, AppArmor. Or share by 9p';
    throw new ToolError('NO_USER_NAMESPACE', message, {}, error);
  }
}
