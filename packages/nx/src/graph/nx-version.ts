import { UserError } from '@bringup/process';

/** The oldest Nx that Bringup is tested with. */
export const OLDEST_NX = '22.7.0';
/** The first major version that it is not tested with. */
export const UNKNOWN_NX = 25;

/**
 * @param version of the workspace's Nx
 * @throws UserError `NX_TOO_OLD`, `NX_TOO_NEW`
 */
export function requireNx(version: string): void {
  const [major, minor] = numbers(version);
  const [oldestMajor, oldestMinor] = numbers(OLDEST_NX);
  if (major! >= UNKNOWN_NX) {
    const message =
      `this workspace has Nx ${version}; this version of Bringup is tested with Nx ${OLDEST_NX} to ${UNKNOWN_NX - 1}. ` +
      `Install a newer Bringup: npm install --save-dev @bringup/nx@latest. Or install an older Nx: npm install --save-dev nx@${UNKNOWN_NX - 1}`;
    throw new UserError('NX_TOO_NEW', message, { version, first: UNKNOWN_NX });
  }
  if (major! > oldestMajor! || (major === oldestMajor && minor! >= oldestMinor!)) return;
  const message =
    `this workspace has Nx ${version}; Bringup needs ${OLDEST_NX} or newer. ` +
    'Update it: npx nx migrate latest, npm install, npx nx migrate --run-migrations';
  throw new UserError('NX_TOO_OLD', message, { version, oldest: OLDEST_NX });
}

const numbers = (version: string) => version.split('.').map(Number);
