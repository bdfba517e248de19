export { applyFragmentEdit } from './apply.js';
export { planFragmentEdit, type FragmentEdit } from './plan.js';
