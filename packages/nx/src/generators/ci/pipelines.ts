/** The parameters of a pipeline. */
export interface Pipeline {
  /** The branch that other branches are compared with. */
  readonly branch: string;
  /** The line that installs what the workspace's targets need, once Node and git are installed. */
  readonly install: string;
  /** How the package manager installs what the lock file says. */
  readonly npmInstall: string;
  /** How it runs nx. */
  readonly nx: string;
}

const NX_CACHE = '.nx/cache';
const SOURCES = '.cache/bringup';
const COMPILED = '.cache/ccache';

/**
 * Kept from run to run: Nx's results, its database of them, sources, compiled objects. Nx uses only results that its database
 * lists. Nothing else of the database's directory is kept, because the daemon's files belong to one machine. The names follow the
 * content, so an old file does no harm.
 */
const CACHED = [NX_CACHE, '.nx/workspace-data/*.db*', SOURCES, COMPILED] as const;

/**
 * Nx names its database after the machine's id, which a new container does not keep. So all machines of a pipeline get the same id,
 * and find one another's database.
 */
const ONE_MACHINE = [
  'mkdir -p /var/lib/dbus',
  'for file in /etc/machine-id /var/lib/dbus/machine-id; do echo 00000000000000006272696e67757000 > "$file"; done',
] as const;

/** Actions by commit: a tag can be moved. */
const ACTIONS = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  node: 'actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0',
  cache: 'actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5',
  shas: 'nrwl/nx-set-shas@afb73a62d26e41464e9254689e1fd6122ee683c1 # v5.0.1',
} as const;

const HEAD = `# Written by nx g @bringup/nx:ci. Builds and tests what a change affects; everything else comes from the caches.`;

/** A workflow of GitHub Actions. */
export function githubWorkflow(pipeline: Pipeline): string {
  return githubSettings(pipeline) + githubJobs(pipeline);
}

function githubSettings({ branch }: Pipeline): string {
  return `${HEAD}
name: bringup

on:
  push:
    branches: ['${branch}']
  pull_request:

permissions:
  contents: read
  actions: read

concurrency:
  group: bringup-\${{ github.ref }}
  cancel-in-progress: true

env:
  # Nx's cache below the workspace; sources and compiled objects below one directory of the job.
  NX_CACHE_DIRECTORY: \${{ github.workspace }}/${NX_CACHE}
  BRINGUP_HOME: \${{ github.workspace }}/${SOURCES}
  CCACHE_DIR: \${{ github.workspace }}/${COMPILED}

`;
}

function githubJobs({ branch, install, npmInstall, nx }: Pipeline): string {
  return `jobs:
  affected:
    runs-on: ubuntu-latest
    container: debian:12
    timeout-minutes: 120
    steps:
      - name: Host programs
        run: |
          apt-get update
          DEBIAN_FRONTEND=noninteractive ${install}
      - uses: ${ACTIONS.checkout}
        with:
          # Nx compares with a commit of the past.
          fetch-depth: 0
      - name: One machine for Nx, whose database has its id as a name
        run: |
${ONE_MACHINE.map((line) => `          ${line}`).join('\n')}
      - name: A workspace that git trusts
        run: git config --global --add safe.directory "$GITHUB_WORKSPACE"
      - uses: ${ACTIONS.node}
        with:
          node-version: 22
          # The cache below has its own keys, so that a push never reads the cache of a pull request.
          package-manager-cache: false
      - uses: ${ACTIONS.cache}
        with:
          path: |
${CACHED.map((path) => `            ${path}`).join('\n')}
          # A pull request reads the cache of the main branch, and never the other way round.
          key: bringup-\${{ github.event_name }}-\${{ github.ref_name }}-\${{ github.sha }}
          restore-keys: |
            bringup-\${{ github.event_name }}-\${{ github.ref_name }}-
            bringup-push-${branch}-
      - name: npm packages
        run: ${npmInstall}
      - uses: ${ACTIONS.shas}
        with:
          main-branch-name: '${branch}'
      - name: Build and test what is affected
        run: ${nx} affected --targets=build,test --outputStyle=static
`;
}

/** A pipeline of GitLab CI. */
export function gitlabPipeline({ branch, install, npmInstall, nx }: Pipeline): string {
  return `${HEAD}
affected:
  image: node:22-bookworm
  interruptible: true
  timeout: 2 hours
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      variables:
        CACHE_OF: merge-request-$CI_MERGE_REQUEST_IID
    - if: $CI_COMMIT_BRANCH == "${branch}"
      variables:
        CACHE_OF: branch
  variables:
    # Nx compares with a commit of the past.
    GIT_DEPTH: '0'
    # GitLab caches what lies below the project's directory.
    NX_CACHE_DIRECTORY: $CI_PROJECT_DIR/${NX_CACHE}
    BRINGUP_HOME: $CI_PROJECT_DIR/${SOURCES}
    CCACHE_DIR: $CI_PROJECT_DIR/${COMPILED}
    DEBIAN_FRONTEND: noninteractive
  cache:
    # A merge request has a cache of its own, whatever its branch is called. It starts from the main branch's where the
    # project's settings let unprotected branches read that one.
    key: bringup-$CACHE_OF
    fallback_keys:
      - bringup-branch
    paths:
${CACHED.map((path) => `      - ${path}`).join('\n')}
  before_script:
    - apt-get update
    - ${install}
    # Nx's database has the machine's id as a name.
${ONE_MACHINE.map((line) => `    - ${line}`).join('\n')}
    - ${npmInstall}
  script:
    # On the branch everything is asked for, and what did not change comes from the cache: GitLab names the commit of the last push,
    # and not of the last pipeline that passed, so what a failed or cancelled one left undone would not be affected.
    - |
      if [ -n "\${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}" ]; then
        ${nx} affected --base="$CI_MERGE_REQUEST_DIFF_BASE_SHA" --head="$CI_COMMIT_SHA" --targets=build,test --outputStyle=static
      else
        ${nx} run-many --targets=build,test --outputStyle=static
      fi
`;
}
