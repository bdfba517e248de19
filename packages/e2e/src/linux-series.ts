import { execFileSync } from 'node:child_process';
import {
  bringupHome,
  type Arch,
  type LockedSource,
  type SourceContext,
  type SourceSpec,
} from '@bringup/kbuild';

/** The kernels of Debian's suites from bullseye to sid, each with the `scripts/kconfig` of its time; 7 is the newest. */
export const SERIES = ['5.10', '6.1', '6.12', '7'] as const;

type Series = (typeof SERIES)[number];

/** Where a tree comes from, and how it is resolved and fetched. */
export interface Origin {
  readonly spec: SourceSpec;
  /** Its entry in `bringup.lock`; without one, `tried`. */
  readonly lockName?: string;
  /** The version of the last trial, taken where the store or the archive still has it; else the archive's newest. */
  readonly tried?: LockedSource;
  /** Has the apt entries to ask; without it, those of the host. */
  readonly context?: () => SourceContext;
}

/** The kernel that the demo builds, which is that of Debian 12. */
export const DEMO_KERNEL: Origin = {
  spec: { kind: 'debian-package', package: 'linux-source-6.1' },
  lockName: 'kernel',
};

/** Versions that tests ran with, so that a run does not depend on what an archive gets today. */
const TRIED = {
  bullseye: {
    version: '5.10.223-1',
    sha256: 'f733d27d239d65598d96d7a72f71ac50f49f2380192a1b3b4ca2f5ad5144dd63',
  },
  trixie: {
    version: '6.12.117-1',
    sha256: '9141325315c7f1eca682113d185a8c77c82814aa6e32f7e127e61d6106403835',
  },
  sid: {
    version: '7.2.13-1',
    sha256: '30a8c5fc63f9028a62e6d7b3f7f43bee67425dbce2a05fceba83f9b87c92083d',
  },
} as const;

const ORIGINS: Readonly<Record<Series, Origin>> = {
  '5.10': fromSuite('bullseye', 'linux-source-5.10'),
  '6.1': DEMO_KERNEL,
  '6.12': fromSuite('trixie', 'linux-source-6.12'),
  '7': fromSuite('sid', 'linux-source-7.2', 'linux-source-7.*'),
};

/** Debian's kernel with its patches from a suite, whichever the host's own suite is. */
function fromSuite(suite: keyof typeof TRIED, name: string, fallback?: string): Origin {
  const entry = () => ['Types: deb', `URIs: ${mirror()}`, `Suites: ${suite}`, 'Components: main', ''];
  const hostEntries = () => [{ name: `${suite}.sources`, text: entry().join('\n') }];
  return {
    spec: { kind: 'debian-package', package: name, ...(fallback === undefined ? {} : { fallback }) },
    tried: { kind: 'debian-package', package: name, ...TRIED[suite] },
    context: () => ({ home: bringupHome(), project: `linux-${suite}`, hostEntries: hostEntries() }),
  };
}

/** The host's mirror of Debian, which has all suites, as its apt entries have it. */
function mirror(): string {
  const format = ['--format', '$(REPO_URI)', 'Created-By: Packages'];
  const uris = execFileSync('apt-get', ['indextargets', ...format], { encoding: 'utf8' }).split('\n');
  const uri = uris.find((one) => /\/debian\/?$/.test(one));
  if (uri === undefined) throw new Error("this host's apt entries name no mirror of Debian");
  return uri;
}

/** The name that a series' kernel has among the trees, for each arch: `linux-6.12-arm64`. */
export const seriesTree = (series: Series, arch: Arch) => `linux-${series}-${arch}` as const;

export const originOf = (series: Series) => ORIGINS[series];
