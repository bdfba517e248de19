export { applyFragmentEdit, type FragmentChange } from './apply.js';
export { planFragmentEdit, type FragmentEdit } from './plan.js';
