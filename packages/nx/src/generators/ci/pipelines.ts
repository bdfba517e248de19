/** What a pipeline is made for. */
export interface Pipeline {
  /** What other branches are compared with. */
  readonly branch: string;
  /** The line that installs what the workspace's targets need, with Node and git there already. */
  readonly install: string;
  /** How the package manager installs what the lock file says. */
  readonly npmInstall: string;
  /** How it runs nx. */
  readonly nx: string;
}

/** Kept from run to run: Nx's results, sources, compiled objects. All are named by content, so an old one does no harm. */
const CACHED = ['.nx/cache', '.cache/bringup', '.cache/ccache'] as const;

const HEAD = `# Written by nx g @bringup/nx:ci. Builds and tests what a change affects; what is not affected comes from the caches.`;

/** A workflow of GitHub Actions. */
export function githubWorkflow({ branch, install, npmInstall, nx }: Pipeline): string {
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
  NX_CACHE_DIRECTORY: \${{ github.workspace }}/${CACHED[0]}
  BRINGUP_HOME: \${{ github.workspace }}/${CACHED[1]}
  CCACHE_DIR: \${{ github.workspace }}/${CACHED[2]}

jobs:
  affected:
    runs-on: ubuntu-latest
    container: debian:12
    timeout-minutes: 120
    steps:
      - name: Host programs
        run: |
          apt-get update
          DEBIAN_FRONTEND=noninteractive ${install}
      - uses: actions/checkout@v4
        with:
          # Nx compares with a commit of the past.
          fetch-depth: 0
      - name: A workspace that git trusts
        run: git config --global --add safe.directory "$GITHUB_WORKSPACE"
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - uses: actions/cache@v4
        with:
          path: |
${CACHED.map((path) => `            ${path}`).join('\n')}
          key: bringup-\${{ github.ref_name }}-\${{ github.sha }}
          restore-keys: |
            bringup-\${{ github.ref_name }}-
            bringup-${branch}-
      - name: npm packages
        run: ${npmInstall}
      - uses: nrwl/nx-set-shas@v4
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
    - if: $CI_COMMIT_BRANCH == "${branch}"
  variables:
    # Nx compares with a commit of the past.
    GIT_DEPTH: '0'
    # GitLab caches what lies below the project's directory.
    NX_CACHE_DIRECTORY: $CI_PROJECT_DIR/${CACHED[0]}
    BRINGUP_HOME: $CI_PROJECT_DIR/${CACHED[1]}
    CCACHE_DIR: $CI_PROJECT_DIR/${CACHED[2]}
    DEBIAN_FRONTEND: noninteractive
  cache:
    key: bringup-$CI_COMMIT_REF_SLUG
    fallback_keys:
      - bringup-${branch}
    paths:
${CACHED.map((path) => `      - ${path}/`).join('\n')}
  before_script:
    - apt-get update
    - ${install}
    - ${npmInstall}
  script:
    - NX_HEAD=$CI_COMMIT_SHA
    - NX_BASE=\${CI_MERGE_REQUEST_DIFF_BASE_SHA:-\${CI_COMMIT_BEFORE_SHA:-HEAD~1}}
    - git cat-file -e "$NX_BASE" || NX_BASE=$(git rev-list --max-parents=0 HEAD | tail -1)
    - ${nx} affected --base="$NX_BASE" --head="$NX_HEAD" --targets=build,test --outputStyle=static
`;
}
