import { asGenerator } from '../run-generator.js';

/** `nx g @bringup/nx:init`: what every generator does first, by itself. */
export default asGenerator<object>((workspace) => {
  workspace.notes.push('Next: nx g @bringup/nx:board');
});
