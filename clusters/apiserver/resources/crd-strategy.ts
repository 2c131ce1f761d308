import type { Strategy } from './definition.ts';
export const crdStrategy: Strategy = { generation: true };
