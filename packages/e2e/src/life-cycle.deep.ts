import { bootInARow } from './boots-in-a-row.js';

it('200 boots in a row leave no process, socket, port or directory', () => bootInARow(200), 1_800_000);
