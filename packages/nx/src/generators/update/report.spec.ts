import { formatMoves, type Moves } from './report.js';

const debian = (name: string, version: string) => ({
  kind: 'debian-package' as const,
  package: name,
  version,
  sha256: version,
});
const none: Moves = { sources: [], tools: [], lacking: [], failures: [] };
const [old, next] = [debian('linux-source-6.1', '6.1.9-1'), debian('linux-source-6.12', '6.12.5-1')];
const tool = (name: string, from: string | undefined, to: string) => ({ name, from, to });

it.each<[string, Partial<Moves>, string]>([
  ['nothing', {}, 'bringup.lock holds'],
  [
    'a source by its fallback, for two projects',
    {
      sources: [
        { name: 'kernel', from: old, to: next },
        { name: 'second', from: old, to: next },
      ],
    },
    'bringup.lock moved on: linux-source-6.1 6.1.9-1 → linux-source-6.12 6.12.5-1 (kernel, second)',
  ],
  [
    'a version',
    { sources: [{ name: 'kernel', from: old, to: debian('linux-source-6.1', '6.1.10-1') }] },
    'bringup.lock moved on: linux-source-6.1 6.1.9-1 → 6.1.10-1 (kernel)',
  ],
  [
    'a tarball with other bytes',
    {
      sources: [
        {
          name: 'kernel',
          from: { kind: 'tarball', url: ['https://x/k.tar'], sha256: 'a'.repeat(64) },
          to: { kind: 'tarball', url: ['https://x/k.tar'], sha256: 'b'.repeat(64) },
        },
      ],
    },
    `bringup.lock moved on: https://x/k.tar ${'a'.repeat(12)} → ${'b'.repeat(12)} (kernel)`,
  ],
  [
    'a commit of a branch',
    {
      sources: [
        {
          name: 'kernel',
          from: { kind: 'git', url: ['https://x/linux.git'], branch: 'main', commit: '1'.repeat(40) },
          to: { kind: 'git', url: ['https://x/linux.git'], branch: 'main', commit: '2'.repeat(40) },
        },
      ],
    },
    `bringup.lock moved on: https://x/linux.git main ${'1'.repeat(12)} → main ${'2'.repeat(12)} (kernel)`,
  ],
  [
    'a source that is new',
    { sources: [{ name: 'kernel', from: undefined, to: next }] },
    'bringup.lock moved on: linux-source-6.12 6.12.5-1, new (kernel)',
  ],
  [
    'tools of one version together, and one that has no version',
    {
      tools: [
        tool('gcc', 'gcc (Debian 12.2.0-14) 12.2.0', 'gcc (Debian 14.2.0-19) 14.2.0'),
        tool('x-gcc', 'x-gcc (Debian 12.2.0-14) 12.2.0', 'x-gcc (Debian 14.2.0-19) 14.2.0'),
        tool('libc', 'libc.a sha256:1', 'libc.a sha256:2'),
      ],
    },
    'bringup.lock moved on: gcc, x-gcc 12.2.0-14 → 14.2.0-19; libc',
  ],
  [
    'a tool whose number stays',
    { tools: [tool('qemu', 'QEMU 7.2.22 (Debian 18)', 'QEMU 7.2.22 (Debian 19)')] },
    'bringup.lock moved on: qemu QEMU 7.2.22 (Debian 18) → QEMU 7.2.22 (Debian 19)',
  ],
])('says in one line what moved: %s', (_what, moves, line) => {
  const all = { ...none, ...moves, lacking: ['clang'] };
  expect(formatMoves(all, false, true)).toBe(`${line}\n`);
  expect(formatMoves(all, false, false)).toBe(
    `${line}\nThis machine lacks clang, or a tool used with them: their entries stay.\n`,
  );
});

it('says what would move in a dry run', () => {
  const sources = [{ name: 'kernel', from: old, to: next }];
  expect(formatMoves({ ...none, sources }, true, true)).toMatch(/^bringup\.lock would move on: /);
});
