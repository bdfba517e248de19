import { makeBareWorkspace, type FakeWorkspace } from './fake-workspace.js';
import { CLAIMED, generateAndBoot } from './generated-boards.js';

/** A kernel of each architecture takes minutes, and CI does not install the compilers of all. */
jest.setTimeout(3_600_000);

let workspace: FakeWorkspace;
beforeAll(() => {
  workspace = makeBareWorkspace();
});
afterAll(() => workspace.remove());

it.each(CLAIMED)('generates a board of %s, %s, that boots by %s', async (...board) => {
  await generateAndBoot(workspace, board);
});
