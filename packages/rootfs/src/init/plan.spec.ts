import { execFileSync } from 'node:child_process';
import {
  DEFAULT_INIT,
  planInit,
  baseTree,
  DEFAULT_USERS,
  type FileTree,
  type InitOptions,
} from '../index.js';

const options: InitOptions = { ...DEFAULT_INIT, console: 'ttyAMA0' };
const plan = (change: Partial<InitOptions> = {}) => planInit({ ...options, ...change });

/** The tree as one readable text: the golden files are in __snapshots__. */
function show(tree: FileTree): string {
  return tree
    .entries()
    .map((entry) => {
      const head = `== ${entry.path} ${entry.type} ${entry.mode.toString(8)} ${entry.uid}:${entry.gid}\n`;
      if (entry.type === 'symlink') return `${head}-> ${entry.target}\n`;
      if (entry.type === 'device') return `${head}${entry.kind} ${entry.major}:${entry.minor}\n`;
      if (entry.type !== 'file' || !('data' in entry.content)) return head;
      return head + Buffer.from(entry.content.data).toString();
    })
    .join('');
}
const text = (tree: FileTree, path: string) => {
  const entry = tree.get(path);
  return entry?.type === 'file' && 'data' in entry.content
    ? Buffer.from(entry.content.data).toString()
    : undefined;
};
const anna = { name: 'anna', uid: 1000, gid: 1000, home: '/home/anna', shell: '/bin/sh' };

it.each<[string, Partial<InitOptions>]>([
  ['busybox with a shell', {}],
  [
    'busybox with getty, startup and users',
    {
      login: 'getty',
      startup: ['echo up', 'exec 2>&1'],
      users: [...DEFAULT_USERS, { ...anna, password: 'geheim' }],
    },
  ],
  ['script with a shell', { style: 'script', startup: ['echo up'] }],
  ['script with getty', { style: 'script', login: 'getty' }],
  ['switch-root', { style: 'switch-root' }],
  [
    'switch-root with modules and startup',
    { style: 'switch-root', modules: ['virtio-blk', 'ext4'], startup: ['echo up'], console: 'ttyS0' },
  ],
  ['program', { style: 'program', program: '/usr/bin/demo' }],
  ['none', { style: 'none' }],
])('plans %s', (_what, change) => expect(show(plan(change))).toMatchSnapshot());

it('writes scripts that a shell can parse', () => {
  for (const login of ['shell', 'getty'] as const) {
    for (const [style, path] of [
      ['busybox', 'etc/init.d/rcS'],
      ['script', 'init'],
    ] as const) {
      execFileSync('sh', ['-n'], { input: text(plan({ style, login }), path) });
    }
  }
  for (const modules of [[], ['ext4']]) {
    execFileSync('sh', ['-n'], { input: text(plan({ style: 'switch-root', modules }), 'init') });
  }
});

it('hashes like crypt, the same each time', () => {
  const shadow = text(plan({ users: [{ ...anna, password: 'geheim' }] }), 'etc/shadow')!;
  const [, salt] = /\$6\$([^$]{16})\$/.exec(shadow)!;
  const expected = execFileSync('openssl', ['passwd', '-6', '-salt', salt!, 'geheim'], {
    encoding: 'utf8',
  }).trim();
  expect(shadow).toBe(`anna:${expected}:1:0:99999:7:::\n`);
});

it('locks, opens and takes hashes', () => {
  const users = [
    anna,
    { ...anna, name: 'b', uid: 2, password: '' },
    { ...anna, name: 'c', uid: 3, passwordHash: '$6$s$h' },
  ];
  expect(text(plan({ users }), 'etc/shadow')).toBe(
    'anna:*:1:0:99999:7:::\nb::1:0:99999:7:::\nc:$6$s$h:1:0:99999:7:::\n',
  );
});

it('changes with each option', () => {
  const changes: Partial<InitOptions>[] = [
    { console: 'ttyS0' },
    { login: 'getty' },
    { hostname: 'other' },
    { mounts: [] },
    { users: [] },
    { groups: [] },
    { startup: ['true'] },
    { style: 'script' },
    { style: 'program', program: 'x' },
    { style: 'switch-root' },
    { style: 'switch-root', modules: ['x'] },
    { style: 'switch-root', startup: ['x'] },
    { style: 'switch-root', console: 'ttyS0' },
  ];
  const shown = new Set([show(plan()), ...changes.map((change) => show(plan(change)))]);
  // Without groups, root's own is supplied, and tty is gone.
  expect(shown.size).toBe(changes.length + 1);
});

it.each<[string, Partial<InitOptions>, string]>([
  ['a style', { style: 'systemd' as 'none' }, 'busybox, script, switch-root, program, none'],
  ['a console with speed', { console: 'ttyS0,115200' }, 'ttyAMA0'],
  ['a console with a path', { console: '../x' }, 'console'],
  ['a login', { login: 'x' as 'getty' }, 'shell or getty'],
  ['a hostname', { hostname: 'a b' }, 'hostname'],
  ['a hostname with a line end', { hostname: 'a\nb' }, 'hostname'],
  ['a mount with blanks', { mounts: [{ source: 'a b', target: '/a', type: 'x' }] }, 'blanks'],
  ['a relative mount', { mounts: [{ source: 'a', target: 'a', type: 'x' }] }, 'absolute'],
  ['no program', { style: 'program' }, '"program"'],
  ['a program of another style', { program: 'x' }, 'belongs to'],
  ['startup without a script', { style: 'none', startup: ['x'] }, 'startup'],
  ['modules without a script for them', { style: 'none', modules: ['ext4'] }, '"load": false'],
  ['a module with a path', { style: 'switch-root', modules: ['../ext4.ko'] }, 'its name alone'],
  ['a module with a parameter', { style: 'switch-root', modules: ['loop max_loop=8'] }, 'its name alone'],
  ['an injected command', { style: 'switch-root', modules: ['x\nreboot'] }, 'its name alone'],
  ['a module like an option', { style: 'switch-root', modules: ['-r'] }, 'its name alone'],
  ['a login before the hand-over', { style: 'switch-root', login: 'getty' }, 'login belongs to the root'],
  [
    'a hostname before the hand-over',
    { style: 'switch-root', hostname: 'x' },
    'hostname belongs to the root',
  ],
  ['mounts before the hand-over', { style: 'switch-root', mounts: [] }, 'mounts belongs to the root'],
  ['users before the hand-over', { style: 'switch-root', users: [] }, 'users belongs to the root'],
  ['groups before the hand-over', { style: 'switch-root', groups: [] }, 'groups belongs to the root'],
  ['a user name', { users: [{ ...anna, name: 'Anna:x' }] }, 'user name'],
  ['a user twice', { users: [anna, { ...anna, uid: 2 }] }, 'twice'],
  ['a uid twice', { users: [anna, { ...anna, name: 'b' }] }, 'same uid 1000'],
  ['a uid', { users: [{ ...anna, uid: -1 }] }, 'uid -1'],
  ['a gid', { users: [{ ...anna, gid: 1.5 }] }, '1.5'],
  ['an injected line', { users: [{ ...anna, comment: 'x\nroot2::0:0::/:/bin/sh' }] }, 'control character'],
  ['an injected field', { users: [{ ...anna, shell: '/bin/sh:x' }] }, 'colon'],
  ['a relative home', { users: [{ ...anna, home: 'x' }] }, 'absolute'],
  ['an injected hash', { users: [{ ...anna, passwordHash: 'x:\n' }] }, 'passwordHash'],
  ['two secrets', { users: [{ ...anna, password: 'x', passwordHash: 'y' }] }, 'not both'],
  [
    'a group twice',
    {
      groups: [
        { name: 'a', gid: 1 },
        { name: 'b', gid: 1 },
      ],
    },
    'same gid',
  ],
  ['a stranger in a group', { groups: [{ name: 'a', gid: 1, members: ['nobody'] }] }, 'nobody'],
  ['a group in the way of a user', { users: [anna], groups: [{ name: 'anna', gid: 5 }] }, 'twice'],
])('refuses %s', (_what, change, message) => {
  expect(() => plan(change)).toThrow(
    expect.objectContaining({ name: 'UserError', message: expect.stringContaining(message) }),
  );
});

it('goes onto the base tree', () => {
  const tree = baseTree().merge(plan());
  expect(tree.get('dev/null')).toMatchObject({ major: 1, minor: 3, mode: 0o666 });
  expect(tree.get('tmp')).toMatchObject({ mode: 0o1777 });
  expect(tree.get('root')).toMatchObject({ mode: 0o700 });
});
