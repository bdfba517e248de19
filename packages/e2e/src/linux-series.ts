import { bringupHome, type Arch, type SourceContext, type SourceSpec } from '@bringup/kbuild';

/** The kernels of Debian's suites from bullseye to sid, each with the `scripts/kconfig` of its time; 7 is the newest. */
export const SERIES = ['5.10', '6.1', '6.12', '7'] as const;

type Series = (typeof SERIES)[number];

/** Where a tree comes from, and how it is resolved and fetched. */
export interface Origin {
  readonly spec: SourceSpec;
  /** Its entry in `bringup.lock`; without one, the archive's version. */
  readonly lockName?: string;
  /** Has the apt entries to ask; without it, those of the host. */
  readonly context?: SourceContext;
}

/** The kernel that the demo builds, which is that of Debian 12. */
export const DEMO_KERNEL: Origin = {
  spec: { kind: 'debian-package', package: 'linux-source-6.1' },
  lockName: 'kernel',
};

const ORIGINS: Readonly<Record<Series, Origin>> = {
  '5.10': fromSuite('bullseye', { package: 'linux-source-5.10' }),
  '6.1': DEMO_KERNEL,
  '6.12': fromSuite('trixie', { package: 'linux-source-6.12' }),
  '7': fromSuite('sid', { package: 'linux-source-7', fallback: 'linux-source-7.*' }),
};

/** Debian's kernel with its patches from a suite, whichever the host's own suite is. */
function fromSuite(suite: string, names: { package: string; fallback?: string }): Origin {
  const entry = [
    'Types: deb',
    'URIs: http://deb.debian.org/debian',
    `Suites: ${suite}`,
    'Components: main',
    'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
  ];
  const hostEntries = [{ name: `${suite}.sources`, text: `${entry.join('\n')}\n` }];
  return {
    spec: { kind: 'debian-package', ...names },
    context: { home: bringupHome(), project: `linux-${suite}`, hostEntries },
  };
}

/** The name that a series' kernel has among the trees, for each arch: `linux-6.12-arm64`. */
export const seriesTree = (series: Series, arch: Arch) => `linux-${series}-${arch}` as const;

export const originOf = (series: Series) => ORIGINS[series];
