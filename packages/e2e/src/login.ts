import type { Terminal } from './terminal.js';

/** Options of an initramfs whose console has a login prompt. */
export const GUARDED = {
  login: 'getty',
  hostname: 'penguin',
  users: [
    { name: 'root', uid: 0, gid: 0, home: '/root', password: 'correct horse' },
    {
      ...{ name: 'tux', uid: 1000, gid: 1000, home: '/home/tux' },
      // "emperor penguin", by openssl passwd -6 -salt sharpsalt
      passwordHash:
        '$6$sharpsalt$YOjov1q4dnhDiXW9XG2HGj.6wlR3CZ/DvGw0RdDRlAfWkU9VWxw.IHiQIJCC5pj3z.gmVqmjFcCaXkpZP60HR0',
    },
    // Without a password nobody logs in as this user.
    { name: 'locked', uid: 1001, gid: 1001, home: '/home/locked' },
  ],
};

export const REFUSED = 'Login incorrect';
/** BusyBox's login ends at once where the password field is not a hash, as for a locked user. */
export const LOCKED = 'login: bad salt';
/** BusyBox's shell, as root and as another user. */
export const [ROOT_PROMPT, USER_PROMPT] = ['~ # *$', '~ \\$ *$'];

/** Types a user and a password at getty's prompt, and waits for `outcome`, a pattern, right below. */
export async function logIn(
  terminal: Terminal,
  [user, password]: readonly [user: string, password: string],
  outcome: string,
): Promise<void> {
  // The prompt is the last text on the screen.
  await terminal.until(/^penguin login: *\s*(?![^])/m, 600);
  await terminal.type(user);
  await terminal.until(/^Password: *\s*(?![^])/m, 240);
  await terminal.type(password);
  await terminal.until(new RegExp(`^penguin login: ${user}\\nPassword: *\\n(.*\\n)*?${outcome}`, 'm'), 240);
}
