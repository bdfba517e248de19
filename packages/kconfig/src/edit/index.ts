export { applyFragmentEdit } from './apply.js';
export { planFragmentEdit, type EditRequest, type FragmentEdit } from './plan.js';
